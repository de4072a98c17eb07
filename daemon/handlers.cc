#include "daemon/handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/plan.h"
#include "daemon/version.h"
#include "engine/model/order_text.h"
#include "engine/order/registry.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

// A message of a stream holds at most this many ops: about 1 MiB at up to 25
// bytes each.
constexpr int64_t kOpsAMessage = int64_t{40} << 10;

// Least bytes of an op in the columns: 5 of one byte, 2 of eight.
constexpr int64_t kLeastOpBytes = 21;

// Computes the plan that a request with a rank filter asks for.
template <typename Request>
absl::StatusOr<Plan> ComputeFiltered(const Request& request, const CallContext& context,
                                     std::vector<int>& ranks) {
  Violations violations;
  PlanInput input = ConvertPlanInput(request, context.limits, violations);
  ranks = ConvertRanks(request.ranks(), input.pipeline.shape.num_ranks, violations);
  if (!violations.empty()) return violations.ToStatus();
  return ComputePlan(std::move(input), context.cancelled);
}

// Digests, metrics and notes: what a response has in every view.
template <typename Response>
void FillSummary(const Plan& plan, const std::vector<int>& ranks, Response& response) {
  response.set_digest(plan.digest);
  response.set_order_digest(plan.order_digest);
  *response.mutable_metrics() = MetricsToProto(plan, ranks);
  *response.mutable_notes() = NotesToProto(plan);
}

class PlanStream : public ScheduleStream {
 public:
  PlanStream(Plan plan, std::vector<int> ranks)
      : plan_(std::move(plan)), ranks_(std::move(ranks)), columns_(plan_, ranks_) {}

  bool Next(v1::StreamScheduleResponse& message) override {
    message.Clear();
    if (!started_) {
      started_ = true;
      FillSummary(plan_, ranks_, message);
      FillRankOffsets(plan_, ranks_, *message.mutable_timeline());
      return true;
    }
    const int64_t count = std::min(kOpsAMessage, columns_.size() - next_op_);
    if (count == 0) return false;
    columns_.Append(next_op_, count, *message.mutable_timeline());
    next_op_ += count;
    return true;
  }

 private:
  const Plan plan_;
  const std::vector<int> ranks_;
  const TimelineColumns columns_;
  bool started_ = false;
  int64_t next_op_ = 0;
};

}  // namespace

absl::Status HandleComputeSchedule(const v1::ComputeScheduleRequest& request, CallContext context,
                                   v1::ComputeScheduleResponse& response) {
  std::vector<int> ranks;
  const absl::StatusOr<Plan> plan = ComputeFiltered(request, context, ranks);
  if (!plan.ok()) return plan.status();
  FillSummary(*plan, ranks, response);
  if (request.view() != v1::VIEW_FULL) return absl::OkStatus();
  const TimelineColumns columns(*plan, ranks);
  constexpr absl::string_view kAdvice = "ask for fewer ranks, or use StreamSchedule";
  const int64_t least_bytes = columns.size() * kLeastOpBytes;
  if (least_bytes > context.limits.max_message_bytes) {
    return TooLarge("timeline", least_bytes, context.limits, kAdvice);
  }
  FillRankOffsets(*plan, ranks, *response.mutable_timeline());
  columns.Append(0, columns.size(), *response.mutable_timeline());
  const auto bytes = static_cast<int64_t>(response.ByteSizeLong());
  if (bytes > context.limits.max_message_bytes) {
    return TooLarge("response", bytes, context.limits, kAdvice);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ScheduleStream>> HandleStreamSchedule(
    const v1::StreamScheduleRequest& request, CallContext context) {
  std::vector<int> ranks;
  absl::StatusOr<Plan> plan = ComputeFiltered(request, context, ranks);
  if (!plan.ok()) return plan.status();
  return std::make_unique<PlanStream>(*std::move(plan), std::move(ranks));
}

absl::Status HandleExportSchedule(const v1::ExportScheduleRequest& request, CallContext context,
                                  v1::ExportScheduleResponse& response) {
  Violations violations;
  PlanInput input = ConvertPlanInput(request, context.limits, violations);
  if (request.format() != v1::EXPORT_FORMAT_ORDER) {
    violations.Add("format",
                   absl::StrCat(static_cast<int>(request.format()), ", want EXPORT_FORMAT_ORDER"));
  }
  if (!violations.empty()) return violations.ToStatus();
  const absl::StatusOr<Plan> plan = ComputePlan(std::move(input), context.cancelled);
  if (!plan.ok()) return plan.status();
  std::string& text = *response.mutable_content();
  text = FormatOrder(plan->order);
  if (static_cast<int64_t>(text.size()) > context.limits.max_message_bytes) {
    return TooLarge("order text", static_cast<int64_t>(text.size()), context.limits,
                    "use StreamSchedule");
  }
  response.set_content_type("text/plain; charset=utf-8");
  response.set_digest(plan->digest);
  response.set_order_digest(plan->order_digest);
  *response.mutable_notes() = NotesToProto(*plan);
  return absl::OkStatus();
}

absl::Status HandleListScheduleKinds(const v1::ListScheduleKindsRequest&, CallContext,
                                     v1::ListScheduleKindsResponse& response) {
  for (const ScheduleKind& kind : AllScheduleKinds()) *response.add_kinds() = ToProtoInfo(kind);
  return absl::OkStatus();
}

absl::Status HandleGetServerInfo(const v1::GetServerInfoRequest&, CallContext context,
                                 v1::GetServerInfoResponse& response) {
  response.set_version(std::string(Version()));
  response.set_commit(std::string(Commit()));
  response.set_api_version_low("v1");
  response.set_api_version_high("v1");
  response.set_algorithm_version(kAlgorithmVersion);
  v1::ServerLimits& limits = *response.mutable_limits();
  limits.set_max_ranks(context.limits.max_ranks);
  limits.set_max_chunks_per_rank(context.limits.max_chunks_per_rank);
  limits.set_max_microbatches(context.limits.max_microbatches);
  limits.set_max_ops(context.limits.max_ops);
  limits.set_max_message_bytes(context.limits.max_message_bytes);
  limits.set_max_picture_side(context.limits.max_picture_side);
  limits.set_max_picture_pixels(context.limits.max_picture_pixels);
  response.add_render_formats(v1::RENDER_FORMAT_PNG);
  response.add_export_formats(v1::EXPORT_FORMAT_ORDER);
  return absl::OkStatus();
}

}  // namespace pipesched
