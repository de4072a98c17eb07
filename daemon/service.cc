#include "daemon/service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/errors.h"
#include "daemon/handlers.h"
#include "daemon/worker_pool.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {
namespace {

// Requests of up to this many (stage, microbatch) take about a tenth of a
// millisecond, less than handing them to another thread is worth.
constexpr int64_t kInlineWork = 4096;

constexpr absl::Duration kRetryDelay = absl::Milliseconds(200);

// A call as its work sees it: whether somebody still waits for it. Kept by the
// call's reactor, which hears of a cancelled call from gRPC; asking the context
// from another thread is not safe before the handler has returned.
class Call {
 public:
  explicit Call(grpc::CallbackServerContext* context) : deadline_(context->deadline()) {}

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  bool Expired() const { return deadline_ <= std::chrono::system_clock::now(); }

  bool Abandoned() const { return cancelled_.load(std::memory_order_relaxed) || Expired(); }

 private:
  const std::chrono::system_clock::time_point deadline_;
  std::atomic<bool> cancelled_ = false;
};

// Runs `work`, unless nobody waits for it any more. No exception passes into gRPC,
// which would answer with its text.
absl::Status RunGuarded(const Call& call, const std::function<absl::Status()>& work) {
  absl::Status status = absl::CancelledError("cancelled before it started");
  if (!call.Abandoned()) {
    try {
      status = work();
    } catch (const std::exception& error) {
      status = absl::InternalError(error.what());
    } catch (...) {
      status = absl::InternalError("an exception");
    }
  }
  // A caller that stopped waiting is told why.
  if (absl::IsCancelled(status) && call.Expired()) {
    return absl::DeadlineExceededError("the deadline passed while computing");
  }
  return status;
}

// (stage, microbatch) pairs that a request is about, or what reading it costs if
// that is more.
template <typename Request>
int64_t WorkOf(const Request& request) {
  const auto parts = static_cast<int64_t>(request.ByteSizeLong()) / 8;
  return std::max(parts,
                  int64_t{request.pipeline().num_stages()} * request.pipeline().num_microbatches());
}

}  // namespace

class ScheduleService::Impl final : public v1::ScheduleService::CallbackService {
 public:
  explicit Impl(const ServiceOptions& options)
      : limits_(options.limits),
        workers_(options.workers, static_cast<size_t>(options.max_queued)) {}

  grpc::ServerUnaryReactor* ComputeSchedule(grpc::CallbackServerContext* context,
                                            const v1::ComputeScheduleRequest* request,
                                            v1::ComputeScheduleResponse* response) override {
    return Unary(context, WorkOf(*request), request, response, HandleComputeSchedule);
  }

  grpc::ServerUnaryReactor* RenderSchedule(grpc::CallbackServerContext* context,
                                           const v1::RenderScheduleRequest* request,
                                           v1::RenderScheduleResponse* response) override {
    return Unary(context, kInlineWork + 1, request, response, HandleRenderSchedule);
  }

  grpc::ServerUnaryReactor* ExportSchedule(grpc::CallbackServerContext* context,
                                           const v1::ExportScheduleRequest* request,
                                           v1::ExportScheduleResponse* response) override {
    return Unary(context, WorkOf(*request), request, response, HandleExportSchedule);
  }

  grpc::ServerUnaryReactor* ListScheduleKinds(grpc::CallbackServerContext* context,
                                              const v1::ListScheduleKindsRequest* request,
                                              v1::ListScheduleKindsResponse* response) override {
    return Unary(context, 0, request, response, HandleListScheduleKinds);
  }

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override {
    return Unary(context, 0, request, response, HandleGetServerInfo);
  }

  grpc::ServerWriteReactor<v1::StreamScheduleResponse>* StreamSchedule(
      grpc::CallbackServerContext* context, const v1::StreamScheduleRequest* request) override {
    return new StreamReactor(*this, context, request);
  }

  int calls_in_progress() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

  int64_t calls_abandoned() const {
    absl::MutexLock lock(&mutex_);
    return abandoned_;
  }

  void Drain() {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }

  bool WaitUntilIdle(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(
                                       +[](int* calls) { return *calls == 0; }, &calls_),
                                   timeout);
  }

 private:
  using Done = std::function<void(const absl::Status&)>;

  // Each call begins once and ends once.
  void End() {
    absl::MutexLock lock(&mutex_);
    --calls_;
  }

  // Begins a call: runs `work` here or on a worker and then calls `done` with
  // its result, or calls `done` with the reason for refusing it. `call` lives
  // until `done` has been called.
  void Begin(const Call& call, int64_t amount, std::function<absl::Status()> work,
             const Done& done) {
    bool draining = false;
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      draining = draining_;
    }
    auto run = [this, &call, work = std::move(work), done] {
      const absl::Status status = RunGuarded(call, work);
      if (absl::IsCancelled(status) || absl::IsDeadlineExceeded(status)) {
        absl::MutexLock lock(&mutex_);
        ++abandoned_;
      }
      done(status);
    };
    if (draining) {
      done(MakeError(absl::StatusCode::kUnavailable, kDraining, "the server is stopping"));
    } else if (amount <= kInlineWork) {
      run();
    } else if (!workers_.TryPost(std::move(run))) {
      done(Overloaded("all workers are busy and the queue is full", kRetryDelay));
    }
  }

  // Answers one unary call.
  class UnaryReactor : public grpc::ServerUnaryReactor {
   public:
    UnaryReactor(Impl& service, grpc::CallbackServerContext* context, int64_t amount,
                 std::function<absl::Status(CallContext)> handle)
        : service_(service), call_(context) {
      service.Begin(
          call_, amount,
          [this, handle = std::move(handle)] {
            const auto abandoned = [this] { return call_.Abandoned(); };
            return handle(CallContext{service_.limits_, abandoned});
          },
          [this](const absl::Status& status) { Finish(ToGrpcStatus(status)); });
    }

    void OnCancel() override { call_.Cancel(); }

    void OnDone() override {
      service_.End();
      delete this;
    }

   private:
    Impl& service_;
    Call call_;
  };

  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, int64_t amount,
                                  const Request* request, Response* response, Handler handler) {
    return new UnaryReactor(*this, context, amount,
                            [request, response, handler](CallContext call_context) {
                              return handler(*request, call_context, *response);
                            });
  }

  // Writes the messages of one StreamSchedule call.
  class StreamReactor : public grpc::ServerWriteReactor<v1::StreamScheduleResponse> {
   public:
    StreamReactor(Impl& service, grpc::CallbackServerContext* context,
                  const v1::StreamScheduleRequest* request)
        : service_(service), call_(context) {
      service.Begin(
          call_, WorkOf(*request),
          [this, request] {
            const auto abandoned = [this] { return call_.Abandoned(); };
            auto stream = HandleStreamSchedule(*request, CallContext{service_.limits_, abandoned});
            if (!stream.ok()) return stream.status();
            stream_ = *std::move(stream);
            return absl::OkStatus();
          },
          [this](const absl::Status& status) {
            if (status.ok()) {
              WriteNext();
            } else {
              Finish(ToGrpcStatus(status));
            }
          });
    }

    void OnWriteDone(bool ok) override {
      if (ok) {
        WriteNext();
      } else {
        Finish(ToGrpcStatus(absl::CancelledError("the caller stopped reading")));
      }
    }

    void OnCancel() override { call_.Cancel(); }

    void OnDone() override {
      service_.End();
      delete this;
    }

   private:
    void WriteNext() {
      bool more = false;
      const absl::Status status = RunGuarded(call_, [&] {
        more = stream_->Next(message_);
        return absl::OkStatus();
      });
      if (more && status.ok()) {
        StartWrite(&message_);
      } else {
        Finish(ToGrpcStatus(status));
      }
    }

    Impl& service_;
    Call call_;
    std::unique_ptr<ScheduleStream> stream_;
    v1::StreamScheduleResponse message_;
  };

  const Limits limits_;
  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // in progress
  int64_t abandoned_ ABSL_GUARDED_BY(mutex_) = 0;
  WorkerPool workers_;  // Last: its threads use the rest.
};

ScheduleService::ScheduleService(const ServiceOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

ScheduleService::~ScheduleService() = default;

grpc::Service* ScheduleService::grpc_service() { return impl_.get(); }

int ScheduleService::calls_in_progress() const { return impl_->calls_in_progress(); }

int64_t ScheduleService::calls_abandoned() const { return impl_->calls_abandoned(); }

void ScheduleService::Drain() { impl_->Drain(); }

bool ScheduleService::WaitUntilIdle(absl::Duration timeout) {
  return impl_->WaitUntilIdle(timeout);
}

}  // namespace pipesched
