#include "daemon/service.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "daemon/convert/schedule.h"
#include "daemon/errors.h"
#include "daemon/handlers.h"
#include "daemon/plan_cost.h"
#include "daemon/stream_deadline.h"
#include "daemon/worker_pool.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {
namespace {

// Requests about up to this many (stage, microbatch) take about a tenth of a
// millisecond, less than handing them to another thread is worth.
constexpr int64_t kInlineParts = 4096;

// A request costs about as much to read as an eighth of its bytes to compute.
constexpr int64_t kBytesAPart = 8;

// Calls in progress, most of them waiting for the same plan. Each takes some KiB.
constexpr int kMaxCalls = 1 << 15;
constexpr absl::Duration kCallsRetryDelay = absl::Seconds(1);

// Kinds of job, see Admission: plans by their schedule's kind, then answers.
constexpr int kRenderJob = 1000;
constexpr int kAnswerJob = 1001;

using Finish = std::function<void(const absl::Status&)>;

// Runs `work`, unless nobody waits for it any more. No exception passes into gRPC,
// which would answer with its text.
absl::Status RunGuarded(const Call& call, const std::function<absl::Status()>& work) {
  if (call.Abandoned()) return call.WhyAbandoned();
  absl::Status status;
  try {
    status = work();
  } catch (const std::exception& error) {
    status = absl::InternalError(error.what());
  } catch (...) {
    status = absl::InternalError("an exception");
  }
  return absl::IsCancelled(status) ? call.WhyAbandoned() : status;
}

// (stage, microbatch) pairs that a request is about, before it is checked.
template <typename Request>
int64_t ClaimedParts(const Request& request) {
  return std::max<int64_t>(
      0, int64_t{request.pipeline().num_stages()} * request.pipeline().num_microbatches());
}

// What reading a request costs on the thread that it arrived on.
template <typename Request>
int64_t ReadingParts(const Request& request) {
  return std::max(static_cast<int64_t>(request.ByteSizeLong()) / kBytesAPart,
                  int64_t{request.pipeline().num_stages()});
}

// Tells the caller of an overload when to try again, in the way that gRPC's own
// retries understand.
void AddPushback(const absl::Status& status, grpc::CallbackServerContext& context) {
  const std::optional<absl::Duration> delay = RetryDelayOf(status);
  if (!delay) return;
  context.AddTrailingMetadata("grpc-retry-pushback-ms",
                              absl::StrCat(absl::ToInt64Milliseconds(*delay)));
}

}  // namespace

class ScheduleService::Impl final : public v1::ScheduleService::CallbackService {
 public:
  explicit Impl(const ServiceOptions& options)
      : options_(options),
        memory_(options.memory_bytes > 0 ? std::make_shared<MemoryBudget>(options.memory_bytes)
                                         : nullptr),
        admission_({.workers = options.workers, .max_queued = options.max_queued}),
        plans_({.cache_bytes = options.cache_bytes, .memory = memory_},
               [this](const PlanInput& input, absl::Duration took) { OnComputed(input, took); }),
        limits_(std::make_shared<const Limits>(options.limits)),
        unknown_methods_(*this),
        workers_(options.workers) {
    plans_.set_run_all([this](std::vector<std::function<void()>> parts) {
      for (size_t i = 1; i < parts.size(); ++i) workers_.Post(std::move(parts[i]));
      parts[0]();
    });
  }

  grpc::ServerUnaryReactor* ComputeSchedule(grpc::CallbackServerContext* context,
                                            const v1::ComputeScheduleRequest* request,
                                            v1::ComputeScheduleResponse* response) override {
    return AnswerFromPlan(context, "ComputeSchedule", kAnswerJob, request, response);
  }

  grpc::ServerUnaryReactor* RenderSchedule(grpc::CallbackServerContext* context,
                                           const v1::RenderScheduleRequest* request,
                                           v1::RenderScheduleResponse* response) override {
    return AnswerFromPlan(context, "RenderSchedule", kRenderJob, request, response);
  }

  grpc::ServerUnaryReactor* ExportSchedule(grpc::CallbackServerContext* context,
                                           const v1::ExportScheduleRequest* request,
                                           v1::ExportScheduleResponse* response) override {
    return AnswerFromPlan(context, "ExportSchedule", kAnswerJob, request, response);
  }

  grpc::ServerUnaryReactor* ListScheduleKinds(grpc::CallbackServerContext* context,
                                              const v1::ListScheduleKindsRequest*,
                                              v1::ListScheduleKindsResponse* response) override {
    auto* reactor = new UnaryReactor(*this, context, "ListScheduleKinds", response);
    reactor->AnswerAtOnce([response](const Limits&) { HandleListScheduleKinds(*response); });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest*,
                                          v1::GetServerInfoResponse* response) override {
    auto* reactor = new UnaryReactor(*this, context, "GetServerInfo", response);
    reactor->AnswerAtOnce(
        [response](const Limits& limits) { HandleGetServerInfo(limits, *response); });
    return reactor;
  }

  grpc::ServerWriteReactor<v1::StreamScheduleResponse>* StreamSchedule(
      grpc::CallbackServerContext* context, const v1::StreamScheduleRequest* request) override {
    auto* reactor = new StreamReactor(*this, context);
    reactor->Begin(*request);
    return reactor;
  }

  grpc::CallbackGenericService* unknown_methods() { return &unknown_methods_; }

  void SetLimits(const Limits& limits) {
    absl::MutexLock lock(&mutex_);
    limits_ = std::make_shared<const Limits>(limits);
  }

  int calls_in_progress() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

  int64_t calls_abandoned() const {
    absl::MutexLock lock(&mutex_);
    return abandoned_;
  }

  int jobs_queued() const { return admission_.queued(); }
  PlanSource::Counts plan_counts() const { return plans_.counts(); }
  int64_t memory_reserved() const { return memory_ != nullptr ? memory_->reserved() : 0; }

  void Drain() {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }

  void CancelAll() { stopping_.store(true); }

  bool WaitUntilIdle(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(
                                       +[](int* calls) { return *calls == 0; }, &calls_),
                                   timeout);
  }

 private:
  std::shared_ptr<const Limits> limits() const {
    absl::MutexLock lock(&mutex_);
    return limits_;
  }

  void OnComputed(const PlanInput& input, absl::Duration took) {
    admission_.Learn({ToProto(*input.kind), PlanWork(input)}, took);
    if (options_.observer != nullptr) options_.observer->OnPlanComputed(PlanParts(input), took);
  }

  // Each call begins once and ends once. The status says whether it may go on.
  absl::Status Begin(const grpc::CallbackServerContext& context, Call& call) {
    CallRecord& record = call.record();
    if (options_.describe_peer != nullptr) record.peer = options_.describe_peer(record.peer);
    if (options_.observer != nullptr) options_.observer->OnStart(record.method, record.is_stream);
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      if (draining_) {
        return MakeError(absl::StatusCode::kUnavailable, kDraining, "the server is stopping");
      }
      if (calls_ > kMaxCalls) {
        return Overloaded("CALLS", absl::StrCat(kMaxCalls, " calls are in progress"),
                          kCallsRetryDelay);
      }
    }
    return options_.authorize != nullptr ? options_.authorize(context) : absl::OkStatus();
  }

  void End(Call& call) {
    call.End();
    if (options_.observer != nullptr) options_.observer->OnEnd(call.record());
    const absl::StatusCode code = call.record().status.code();
    absl::MutexLock lock(&mutex_);
    if (code == absl::StatusCode::kCancelled || code == absl::StatusCode::kDeadlineExceeded) {
      ++abandoned_;
    }
    --calls_;
  }

  // Runs `work` here if it is small or this is a worker already, else on a worker
  // once it is its turn. Returns why it is refused.
  absl::Status Run(Call& call, const Job& job, std::function<void()> work) {
    if (job.parts <= kInlineParts || WorkerPool::IsWorker()) {
      work();
      return absl::OkStatus();
    }
    const absl::StatusOr<Admission::Ticket> ticket = admission_.Admit(job, call.TimeLeft());
    if (!ticket.ok()) return ticket.status();
    workers_.Post([this, &call, ticket = *ticket, start = absl::Now(), work = std::move(work)] {
      admission_.Start(ticket);
      // The work may end the call.
      call.record().queued += absl::Now() - start;
      work();
      admission_.Finish(ticket);
    });
    return absl::OkStatus();
  }

  // A call about a plan: checks the request, asks for its plan, and answers from it.
  // `finish` is called once, with the result; `call` lives until then.
  template <typename Request>
  void FollowPlan(
      Call& call, const Request& request, int answer_job,
      const std::function<absl::Status(const SharedPlan&, const std::vector<int>&)>& answer,
      const Finish& finish) {
    const int plan_job = static_cast<int>(request.schedule().kind());
    call.record().request_bytes = static_cast<int64_t>(request.ByteSizeLong());
    // A request that is large to read is read by the worker that computes its plan.
    const Job reading = {plan_job, ReadingParts(request) <= kInlineParts
                                       ? 0
                                       : std::max(ReadingParts(request), ClaimedParts(request))};
    const absl::Status status =
        Run(call, reading, [this, &call, &request, plan_job, answer_job, answer, finish] {
          PlanQuery query;
          const absl::Status prepared = RunGuarded(call, [&] {
            absl::StatusOr<PlanQuery> result = Prepare(request, call.limits());
            if (!result.ok()) return result.status();
            query = *std::move(result);
            return absl::OkStatus();
          });
          if (!prepared.ok()) return finish(prepared);
          call.record().parts = PlanParts(query.input);
          const Job computing = {plan_job, PlanWork(query.input)};
          const Job answering = {answer_job, query.answer_parts};
          const auto done = [this, &call, answering, answer, finish,
                             ranks = std::move(query.ranks)](const absl::StatusOr<SharedPlan>& plan,
                                                             PlanOrigin origin) {
            call.record().origin = origin;
            AnswerWith(
                call, answering, plan,
                [answer, ranks](const SharedPlan& p) { return answer(p, ranks); }, finish);
          };
          plans_.Get(std::move(query.input), {[&call] { return call.Abandoned(); }, done},
                     [&](std::function<void()> compute) {
                       return Run(call, computing, std::move(compute));
                     });
        });
    if (!status.ok()) finish(status);
  }

  void AnswerWith(Call& call, const Job& job, const absl::StatusOr<SharedPlan>& plan,
                  const std::function<absl::Status(const SharedPlan&)>& answer,
                  const Finish& finish) {
    if (!plan.ok()) {
      return finish(absl::IsCancelled(plan.status()) ? call.WhyAbandoned() : plan.status());
    }
    const absl::Status status = Run(call, job, [this, &call, job, plan = *plan, answer, finish] {
      const absl::Time start = absl::Now();
      const absl::Status result = RunGuarded(call, [&] { return answer(plan); });
      if (result.ok() && job.parts > kInlineParts) admission_.Learn(job, absl::Now() - start);
      finish(result);
    });
    if (!status.ok()) finish(status);
  }

  // Answers one unary call.
  class UnaryReactor : public grpc::ServerUnaryReactor {
   public:
    UnaryReactor(Impl& service, grpc::CallbackServerContext* context, absl::string_view method,
                 const google::protobuf::Message* response)
        : service_(service),
          context_(context),
          response_(response),
          call_(context, method, service.limits(), service.options_.max_rpc_duration,
                service.stopping_),
          allowed_(service.Begin(*context, call_)) {}

    // Whether the call may go on; if not, it has been answered.
    bool IsAllowed() {
      if (allowed_.ok()) return true;
      FinishWith(allowed_);
      return false;
    }

    void AnswerAtOnce(const std::function<void(const Limits&)>& answer) {
      if (!IsAllowed()) return;
      FinishWith(RunGuarded(call_, [&] {
        answer(call_.limits());
        return absl::OkStatus();
      }));
    }

    void FinishWith(const absl::Status& status) {
      CallRecord& record = call_.record();
      record.status = status;
      if (status.ok()) {
        record.messages_sent = 1;
        record.response_bytes = static_cast<int64_t>(response_->ByteSizeLong());
      }
      AddPushback(status, *context_);
      Finish(ToGrpcStatus(status, record.request_id));
    }

    void OnCancel() override { call_.Cancel(); }

    void OnDone() override {
      service_.End(call_);
      delete this;
    }

    Call& call() { return call_; }

   private:
    Impl& service_;
    grpc::CallbackServerContext* const context_;
    const google::protobuf::Message* const response_;
    Call call_;
    const absl::Status allowed_;
  };

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* AnswerFromPlan(grpc::CallbackServerContext* context,
                                           absl::string_view method, int job,
                                           const Request* request, Response* response) {
    auto* reactor = new UnaryReactor(*this, context, method, response);
    if (!reactor->IsAllowed()) return reactor;
    FollowPlan(
        reactor->call(), *request, job,
        [reactor, request, response](const SharedPlan& plan, const std::vector<int>& ranks) {
          const Call& call = reactor->call();
          const auto abandoned = [&call] { return call.Abandoned(); };
          return Answer(*plan, ranks, *request, CallContext{call.limits(), abandoned}, *response);
        },
        [reactor](const absl::Status& status) { reactor->FinishWith(status); });
    return reactor;
  }

  // Writes the messages of one StreamSchedule call.
  class StreamReactor : public grpc::ServerWriteReactor<v1::StreamScheduleResponse> {
   public:
    StreamReactor(Impl& service, grpc::CallbackServerContext* context)
        : service_(service),
          context_(context),
          call_(context, "StreamSchedule", service.limits(), service.options_.max_rpc_duration,
                service.stopping_),
          deadline_(context, call_, service.options_.break_connection) {
      call_.record().is_stream = true;
    }

    void Begin(const v1::StreamScheduleRequest& request) {
      const absl::Status allowed = service_.Begin(*context_, call_);
      if (!allowed.ok()) return FinishWith(allowed);
      service_.FollowPlan(
          call_, request, kAnswerJob,
          [this](const SharedPlan& plan, const std::vector<int>& ranks) {
            stream_ = OpenStream(plan, ranks);
            return absl::OkStatus();
          },
          [this](const absl::Status& status) { status.ok() ? WriteNext() : FinishWith(status); });
    }

    void OnWriteDone(bool ok) override {
      if (ok) {
        WriteNext();
      } else {
        call_.Cancel();
        FinishWith(call_.WhyAbandoned());
      }
    }

    void OnCancel() override { call_.Cancel(); }

    void OnDone() override {
      service_.End(call_);
      delete this;
    }

   private:
    void WriteNext() {
      bool more = false;
      const absl::Status status = RunGuarded(call_, [&] {
        more = stream_->Next(message_);
        return absl::OkStatus();
      });
      if (!more || !status.ok()) return FinishWith(status);
      ++call_.record().messages_sent;
      call_.record().response_bytes += static_cast<int64_t>(message_.ByteSizeLong());
      StartWrite(&message_);
    }

    void FinishWith(const absl::Status& status) {
      call_.record().status = status;
      AddPushback(status, *context_);
      Finish(ToGrpcStatus(status, call_.record().request_id));
    }

    Impl& service_;
    grpc::CallbackServerContext* const context_;
    Call call_;
    const StreamDeadline deadline_;
    std::unique_ptr<ScheduleStream> stream_;
    v1::StreamScheduleResponse message_;
  };

  // Refuses methods that no service has, in the way of all errors.
  class UnknownMethods : public grpc::CallbackGenericService {
   public:
    explicit UnknownMethods(Impl& service) : service_(service) {}

    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* context) override {
      return new Reactor(service_, context);
    }

   private:
    class Reactor : public grpc::ServerGenericBidiReactor {
     public:
      Reactor(Impl& service, grpc::GenericCallbackServerContext* context)
          : service_(service),
            call_(context, "other", service.limits(), service.options_.max_rpc_duration,
                  service.stopping_) {
        absl::Status status = service.Begin(*context, call_);
        if (status.ok()) {
          status = MakeError(absl::StatusCode::kUnimplemented, kUnknownMethod,
                             absl::StrCat("no method ", context->method()),
                             {{"method", context->method()}});
        }
        call_.record().status = status;
        Finish(ToGrpcStatus(status, call_.record().request_id));
      }

      void OnCancel() override { call_.Cancel(); }

      void OnDone() override {
        service_.End(call_);
        delete this;
      }

     private:
      Impl& service_;
      Call call_;
    };

    Impl& service_;
  };

  const ServiceOptions options_;
  const std::shared_ptr<MemoryBudget> memory_;
  Admission admission_;
  PlanSource plans_;
  std::atomic<bool> stopping_ = false;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Limits> limits_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // in progress
  int64_t abandoned_ ABSL_GUARDED_BY(mutex_) = 0;
  UnknownMethods unknown_methods_;
  WorkerPool workers_;  // Last: its threads use the rest.
};

ScheduleService::ScheduleService(const ServiceOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

ScheduleService::~ScheduleService() = default;

grpc::Service* ScheduleService::grpc_service() { return impl_.get(); }

grpc::CallbackGenericService* ScheduleService::unknown_methods() {
  return impl_->unknown_methods();
}

void ScheduleService::SetLimits(const Limits& limits) { impl_->SetLimits(limits); }

int ScheduleService::calls_in_progress() const { return impl_->calls_in_progress(); }

int ScheduleService::jobs_queued() const { return impl_->jobs_queued(); }

PlanSource::Counts ScheduleService::plan_counts() const { return impl_->plan_counts(); }

int64_t ScheduleService::memory_reserved() const { return impl_->memory_reserved(); }

int64_t ScheduleService::calls_abandoned() const { return impl_->calls_abandoned(); }

void ScheduleService::Drain() { impl_->Drain(); }

void ScheduleService::CancelAll() { impl_->CancelAll(); }

bool ScheduleService::WaitUntilIdle(absl::Duration timeout) {
  return impl_->WaitUntilIdle(timeout);
}

}  // namespace pipesched
