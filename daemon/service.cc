#include "daemon/service.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/answers.h"
#include "daemon/handlers.h"
#include "daemon/unknown_methods.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {

namespace {

// About what a comparison takes: every kind, for every number of stages a rank.
int64_t CompareParts(const v1::CompareSchedulesRequest& request) {
  int64_t chunks = request.chunks_per_rank().empty() ? 3 : 0;
  for (const int number : request.chunks_per_rank()) chunks += std::clamp(number, 1, 64);
  const int64_t parts =
      int64_t{request.pipeline().num_stages()} * request.pipeline().num_microbatches();
  constexpr int64_t kKinds = 8;
  return std::clamp<int64_t>(parts, 0, int64_t{1} << 24) * std::min<int64_t>(chunks, 1024) * kKinds;
}

// About the time that a search may take, in microseconds; a search that may take longer
// than its call ends before that, so half of what is left is long enough to admit it.
// Always more than is computed where the call arrived.
int64_t SearchParts(const v1::SearchScheduleRequest& request,
                    std::chrono::system_clock::time_point deadline) {
  absl::Duration time = absl::Seconds(1);
  if (request.has_time_budget() && request.time_budget() > 0) {
    time = absl::Seconds(std::min(request.time_budget(), 3600.0));
  }
  time = std::min(time, (absl::FromChrono(deadline) - absl::Now()) / 2);
  return std::max(kInlineParts + 1, absl::ToInt64Microseconds(time));
}

}  // namespace

// One method an RPC; Answers has the ways to answer one.
class ScheduleService::Impl final : public v1::ScheduleService::CallbackService {
 public:
  explicit Impl(const ServiceOptions& options)
      : answers_(options), unknown_methods_(answers_.calls()) {}

  grpc::ServerUnaryReactor* ComputeSchedule(grpc::CallbackServerContext* context,
                                            const v1::ComputeScheduleRequest* request,
                                            v1::ComputeScheduleResponse* response) override {
    return answers_.FromPlan(context, "ComputeSchedule", kAnswerJob, request, response);
  }

  grpc::ServerWriteReactor<v1::StreamScheduleResponse>* StreamSchedule(
      grpc::CallbackServerContext* context, const v1::StreamScheduleRequest* request) override {
    return answers_.StreamFromPlan<v1::StreamScheduleRequest, v1::StreamScheduleResponse>(
        context, "StreamSchedule", request);
  }

  grpc::ServerUnaryReactor* RenderSchedule(grpc::CallbackServerContext* context,
                                           const v1::RenderScheduleRequest* request,
                                           v1::RenderScheduleResponse* response) override {
    return answers_.FromPlan(context, "RenderSchedule", kRenderJob, request, response);
  }

  grpc::ServerUnaryReactor* ExportSchedule(grpc::CallbackServerContext* context,
                                           const v1::ExportScheduleRequest* request,
                                           v1::ExportScheduleResponse* response) override {
    return answers_.FromPlan(context, "ExportSchedule", kAnswerJob, request, response);
  }

  grpc::ServerUnaryReactor* CompareSchedules(grpc::CallbackServerContext* context,
                                             const v1::CompareSchedulesRequest* request,
                                             v1::CompareSchedulesResponse* response) override {
    return answers_.ByWork(context, "CompareSchedules", {kCompareJob, CompareParts(*request)},
                           CompareBytes(*request, *answers_.calls().limits()), request, response,
                           [request, response](CallContext call) {
                             return HandleCompareSchedules(*request, call, *response);
                           });
  }

  grpc::ServerWriteReactor<v1::SearchScheduleResponse>* SearchSchedule(
      grpc::CallbackServerContext* context, const v1::SearchScheduleRequest* request) override {
    using Send = std::function<void(v1::SearchScheduleResponse)>;
    const Job job = {kSearchJob, SearchParts(*request, context->deadline())};
    return answers_.StreamByWork<v1::SearchScheduleRequest, v1::SearchScheduleResponse>(
        context, "SearchSchedule", job, SearchBytes(*request), request,
        [request](CallContext call, const Send& send) {
          return HandleSearchSchedule(*request, call, send);
        });
  }

  grpc::ServerUnaryReactor* ValidateSchedule(grpc::CallbackServerContext* context,
                                             const v1::ValidateScheduleRequest* request,
                                             v1::ValidateScheduleResponse* response) override {
    return answers_.ByWork(context, "ValidateSchedule", {kValidateJob, ValidateParts(*request)},
                           ValidateBytes(*request, *answers_.calls().limits()), request, response,
                           [request, response](CallContext call) {
                             return HandleValidateSchedule(*request, call, *response);
                           });
  }

  grpc::ServerUnaryReactor* ListScheduleKinds(grpc::CallbackServerContext* context,
                                              const v1::ListScheduleKindsRequest*,
                                              v1::ListScheduleKindsResponse* response) override {
    return answers_.AtOnce(context, "ListScheduleKinds", response,
                           [response](const Limits&) { HandleListScheduleKinds(*response); });
  }

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest*,
                                          v1::GetServerInfoResponse* response) override {
    return answers_.AtOnce(context, "GetServerInfo", response, [response](const Limits& limits) {
      HandleGetServerInfo(limits, *response);
    });
  }

  Answers& answers() { return answers_; }
  UnknownMethods& unknown_methods() { return unknown_methods_; }

 private:
  Answers answers_;
  UnknownMethods unknown_methods_;
};

ScheduleService::ScheduleService(const ServiceOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

ScheduleService::~ScheduleService() = default;

grpc::Service* ScheduleService::grpc_service() { return impl_.get(); }

grpc::CallbackGenericService* ScheduleService::unknown_methods() {
  return &impl_->unknown_methods();
}

void ScheduleService::SetLimits(const Limits& limits) {
  impl_->answers().calls().SetLimits(limits);
}

int ScheduleService::calls_in_progress() const { return impl_->answers().calls().in_progress(); }

int ScheduleService::jobs_queued() const { return impl_->answers().jobs().queued(); }

PlanSource::Counts ScheduleService::plan_counts() const {
  return impl_->answers().planner().counts();
}

int64_t ScheduleService::memory_reserved() const {
  return impl_->answers().planner().memory_reserved();
}

int64_t ScheduleService::calls_abandoned() const { return impl_->answers().calls().abandoned(); }

void ScheduleService::Drain() { impl_->answers().calls().Drain(); }

void ScheduleService::CancelAll() { impl_->answers().calls().CancelAll(); }

bool ScheduleService::WaitUntilIdle(absl::Duration timeout) {
  return impl_->answers().calls().WaitUntilIdle(timeout);
}

}  // namespace pipesched
