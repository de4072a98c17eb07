#include "daemon/service.h"

#include <grpcpp/grpcpp.h>

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

bool Expired(const grpc::CallbackServerContext& context) {
  return context.deadline() <= std::chrono::system_clock::now();
}

// The answer to a caller that stopped waiting tells why.
absl::Status Finished(const grpc::CallbackServerContext& context, absl::Status status) {
  if (absl::IsCancelled(status) && Expired(context)) {
    return absl::DeadlineExceededError("deadline passed while computing");
  }
  return status;
}

// No exception passes into gRPC, which would answer with its text.
absl::Status Guarded(const std::function<absl::Status()>& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

template <typename Request>
int64_t WorkOf(const Request& request) {
  return int64_t{request.pipeline().num_stages()} * request.pipeline().num_microbatches();
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

  void Drain() {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }

  bool WaitUntilIdle(double timeout_seconds) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(
                                       +[](int* calls) { return *calls == 0; }, &calls_),
                                   absl::Seconds(timeout_seconds));
  }

 private:
  using Done = std::function<void(const absl::Status&)>;

  // Each call begins once and ends once.
  void End() {
    absl::MutexLock lock(&mutex_);
    --calls_;
  }

  // Begins a call: runs `work` here or on a worker and then calls `done` with
  // its result, or calls `done` with the reason for refusing it.
  void Begin(int64_t amount, std::function<absl::Status()> work, Done done) {
    bool draining = false;
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      draining = draining_;
    }
    auto run = [work = std::move(work), done] { done(Guarded(work)); };
    if (draining) {
      done(MakeError(absl::StatusCode::kUnavailable, kDraining, "the server is stopping"));
    } else if (amount <= kInlineWork) {
      run();
    } else if (!workers_.TryPost(std::move(run))) {
      done(Overloaded("all workers are busy and the queue is full", kRetryDelay));
    }
  }

  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, int64_t amount,
                                  const Request* request, Response* response, Handler handler) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    Begin(
        amount,
        [this, context, request, response, handler] {
          const auto cancelled = [context] { return context->IsCancelled() || Expired(*context); };
          return Finished(*context, handler(*request, CallContext{limits_, cancelled}, *response));
        },
        [this, reactor](const absl::Status& status) {
          reactor->Finish(ToGrpcStatus(status));
          End();
        });
    return reactor;
  }

  // Writes the messages of one StreamSchedule call.
  class StreamReactor : public grpc::ServerWriteReactor<v1::StreamScheduleResponse> {
   public:
    StreamReactor(Impl& service, grpc::CallbackServerContext* context,
                  const v1::StreamScheduleRequest* request)
        : service_(service) {
      service.Begin(
          WorkOf(*request),
          [this, context, request] {
            const auto cancelled = [context] {
              return context->IsCancelled() || Expired(*context);
            };
            auto stream = HandleStreamSchedule(*request, CallContext{service_.limits_, cancelled});
            if (!stream.ok()) return Finished(*context, stream.status());
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

    void OnDone() override {
      service_.End();
      delete this;
    }

   private:
    void WriteNext() {
      if (stream_->Next(message_)) {
        StartWrite(&message_);
      } else {
        Finish(grpc::Status::OK);
      }
    }

    Impl& service_;
    std::unique_ptr<ScheduleStream> stream_;
    v1::StreamScheduleResponse message_;
  };

  const Limits limits_;
  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // in progress
  WorkerPool workers_;                     // Last: its threads use the rest.
};

ScheduleService::ScheduleService(const ServiceOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

ScheduleService::~ScheduleService() = default;

grpc::Service* ScheduleService::grpc_service() { return impl_.get(); }

int ScheduleService::calls_in_progress() const { return impl_->calls_in_progress(); }

void ScheduleService::Drain() { impl_->Drain(); }

bool ScheduleService::WaitUntilIdle(double timeout_seconds) {
  return impl_->WaitUntilIdle(timeout_seconds);
}

}  // namespace pipesched
