#ifndef PIPESCHED_DAEMON_HANDLERS_H_
#define PIPESCHED_DAEMON_HANDLERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/model/cancel.h"

namespace pipesched {
namespace v1 {
class ComputeScheduleRequest;
class ComputeScheduleResponse;
class StreamScheduleRequest;
class StreamScheduleResponse;
class RenderScheduleRequest;
class RenderScheduleResponse;
class ExportScheduleRequest;
class ExportScheduleResponse;
class ListScheduleKindsResponse;
class GetServerInfoResponse;
class CompareSchedulesRequest;
class CompareSchedulesResponse;
class SearchScheduleRequest;
class SearchScheduleResponse;
class ValidateScheduleRequest;
class ValidateScheduleResponse;
}  // namespace v1

// What a handler may use besides its request.
struct CallContext {
  const Limits& limits;
  Cancelled cancelled;                           // the caller stopped waiting
  absl::Time deadline = absl::InfiniteFuture();  // when it will
};

// A checked request for a plan: what to compute, and what the answer needs besides.
struct PlanQuery {
  PlanInput input;
  std::vector<PlanInput> compared;  // more plans that the answer needs
  std::vector<int> ranks;           // asked for, ascending
  int64_t answer_parts = 0;         // about the (stage, microbatch) that the answer is made from
};

// A call about a plan, in two halves, so that the plan between them can come from
// anywhere. Prepare checks the request and allocates in proportion to its sizes at
// most; its errors are INVALID_ARGUMENT, or CANCELLED if `cancelled` said so. Answer fills the
// response. Without gRPC; pure; safe to call from many threads.
absl::StatusOr<PlanQuery> Prepare(const v1::ComputeScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled = NeverCancelled);
absl::StatusOr<PlanQuery> Prepare(const v1::StreamScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled = NeverCancelled);
absl::StatusOr<PlanQuery> Prepare(const v1::RenderScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled = NeverCancelled);
absl::StatusOr<PlanQuery> Prepare(const v1::ExportScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled = NeverCancelled);

absl::Status Answer(const Plan& plan, const std::vector<int>& ranks,
                    const v1::ComputeScheduleRequest& request, CallContext context,
                    v1::ComputeScheduleResponse& response);
absl::Status Answer(const Plan& plan, const std::vector<int>& ranks,
                    const v1::ExportScheduleRequest& request, CallContext context,
                    v1::ExportScheduleResponse& response);

// A picture is made of one plan or several: the query's `input`, then `compared`.
using Plans = std::vector<std::shared_ptr<const Plan>>;
absl::Status Answer(const Plans& plans, const v1::RenderScheduleRequest& request,
                    CallContext context, v1::RenderScheduleResponse& response);

// Pixels of an image; 0 of what has none.
int64_t PicturePixels(const v1::RenderScheduleRequest& request,
                      const v1::RenderScheduleResponse& response);

// Answers from all plans of a query.
template <typename Request, typename Response>
absl::Status AnswerFrom(const Plans& plans, const std::vector<int>& ranks, const Request& request,
                        CallContext context, Response& response) {
  if constexpr (std::is_same_v<Request, v1::RenderScheduleRequest>) {
    return Answer(plans, request, context, response);
  } else {
    return Answer(*plans[0], ranks, request, context, response);
  }
}

// Both halves and the plans between them.
template <typename Request, typename Response>
absl::Status HandlePlanCall(const Request& request, CallContext context, Response& response) {
  absl::StatusOr<PlanQuery> query = Prepare(request, context.limits, context.cancelled);
  if (!query.ok()) return query.status();
  std::vector<PlanInput> inputs = std::move(query->compared);
  inputs.insert(inputs.begin(), std::move(query->input));
  Plans plans;
  for (PlanInput& input : inputs) {
    absl::StatusOr<Plan> plan = ComputePlan(std::move(input), context.cancelled);
    if (!plan.ok()) return plan.status();
    plans.push_back(std::make_shared<const Plan>(*std::move(plan)));
  }
  return AnswerFrom(plans, query->ranks, request, context, response);
}

// The calls that are about no plan.
void HandleListScheduleKinds(v1::ListScheduleKindsResponse& response);
void HandleGetServerInfo(const Limits& limits, v1::GetServerInfoResponse& response);

// All kinds on one machine, and the most memory that it takes. Runs long: polls the
// context's `cancelled`.
int64_t CompareBytes(const v1::CompareSchedulesRequest& request, const Limits& limits);
absl::Status HandleCompareSchedules(const v1::CompareSchedulesRequest& request, CallContext context,
                                    v1::CompareSchedulesResponse& response);

// Searches, and calls `send` with what it finds, from the calling thread, the last message
// included. The context's `cancelled` is called from many threads; the search ends within
// some ms of it, and a little before the deadline.
int64_t SearchBytes(const v1::SearchScheduleRequest& request);  // the most memory that it takes
absl::Status HandleSearchSchedule(const v1::SearchScheduleRequest& request, CallContext context,
                                  const std::function<void(v1::SearchScheduleResponse)>& send);

// ValidateSchedule, about how many actions a request claims that it is about, and the
// most memory that it takes.
int64_t ValidateParts(const v1::ValidateScheduleRequest& request);
int64_t ValidateBytes(const v1::ValidateScheduleRequest& request, const Limits& limits);
absl::Status HandleValidateSchedule(const v1::ValidateScheduleRequest& request, CallContext context,
                                    v1::ValidateScheduleResponse& response);

// The formats that RenderSchedule writes.
void FillRenderFormats(v1::GetServerInfoResponse& response);

// The messages of a StreamSchedule call, one after another.
class ScheduleStream {
 public:
  virtual ~ScheduleStream() = default;

  // Makes the next message; false after the last.
  virtual bool Next(v1::StreamScheduleResponse& message) = 0;
};

// `ranks` as in PlanQuery. Keeps the plan.
std::unique_ptr<ScheduleStream> OpenStream(std::shared_ptr<const Plan> plan,
                                           std::vector<int> ranks);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_HANDLERS_H_
