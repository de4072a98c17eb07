#include "daemon/handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/convert/order_file.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/plan.h"
#include "daemon/version.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

// A message of a stream holds at most this many ops: about 1 MiB at up to 35
// bytes each.
constexpr int64_t kOpsAMessage = int64_t{28} << 10;

// Every kind runs at least a forward and a backward of each (stage, microbatch).
constexpr int64_t kLeastOpsAMicrobatch = 2;

constexpr absl::string_view kFullAdvice = "ask for fewer ranks, or use StreamSchedule";

// The plan that a request with a rank filter asks for, and its ranks. `is_full`:
// refuses a timeline that is too large before it computes anything.
template <typename Request>
absl::StatusOr<Plan> ComputeFiltered(const Request& request, const CallContext& context,
                                     bool is_full, Violations violations, std::vector<int>& ranks) {
  PlanInput input = ConvertPlanInput(request, context.limits, violations);
  const PipelineShape& shape = input.pipeline.shape;
  ranks = ConvertRanks(request.ranks(), shape.num_ranks, violations);
  if (!violations.empty()) return violations.ToStatus();
  const int64_t least_bytes = static_cast<int64_t>(ranks.size()) * shape.chunks_per_rank *
                              shape.num_microbatches * kLeastOpsAMicrobatch * kLeastOpBytes;
  if (is_full && least_bytes > context.limits.max_message_bytes) {
    return TooLarge("timeline", least_bytes, context.limits, kFullAdvice);
  }
  return ComputePlan(std::move(input), context.cancelled);
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
  Violations violations;
  if (!v1::View_IsValid(request.view())) {
    violations.Add(
        "view", absl::StrCat(static_cast<int>(request.view()), ", want VIEW_SUMMARY or VIEW_FULL"));
  }
  const bool is_full = request.view() == v1::VIEW_FULL;
  std::vector<int> ranks;
  const absl::StatusOr<Plan> plan =
      ComputeFiltered(request, context, is_full, std::move(violations), ranks);
  if (!plan.ok()) return plan.status();
  FillSummary(*plan, ranks, response);
  if (!is_full) return absl::OkStatus();
  const TimelineColumns columns(*plan, ranks);
  FillRankOffsets(*plan, ranks, *response.mutable_timeline());
  for (int64_t first = 0; first < columns.size(); first += kOpsAMessage) {
    if (context.cancelled()) return absl::CancelledError("cancelled while answering");
    columns.Append(first, std::min(kOpsAMessage, columns.size() - first),
                   *response.mutable_timeline());
  }
  const auto bytes = static_cast<int64_t>(response.ByteSizeLong());
  if (bytes > context.limits.max_message_bytes) {
    return TooLarge("response", bytes, context.limits, kFullAdvice);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ScheduleStream>> HandleStreamSchedule(
    const v1::StreamScheduleRequest& request, CallContext context) {
  std::vector<int> ranks;
  absl::StatusOr<Plan> plan =
      ComputeFiltered(request, context, /*is_full=*/false, Violations(), ranks);
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
  const PipelineShape& shape = input.pipeline.shape;
  const int64_t least_bytes =
      int64_t{shape.num_stages()} * shape.num_microbatches * kLeastOpsAMicrobatch * kLeastOpText;
  if (least_bytes > context.limits.max_message_bytes)
    return OrderTextTooLarge(least_bytes, context.limits);
  const absl::StatusOr<Plan> plan = ComputePlan(std::move(input), context.cancelled);
  if (!plan.ok()) return plan.status();
  absl::StatusOr<std::string> text = OrderTextOf(*plan, context.limits, context.cancelled);
  if (!text.ok()) return text.status();
  response.set_content(*std::move(text));
  response.set_content_type("text/plain; charset=utf-8");
  FillDigestsAndNotes(*plan, response);
  return absl::OkStatus();
}

absl::Status HandleListScheduleKinds(const v1::ListScheduleKindsRequest&, CallContext,
                                     v1::ListScheduleKindsResponse& response) {
  FillScheduleKinds(*response.mutable_kinds());
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
  limits.set_max_order_text_bytes(context.limits.max_order_text_bytes);
  response.add_render_formats(v1::RENDER_FORMAT_PNG);
  response.add_export_formats(v1::EXPORT_FORMAT_ORDER);
  return absl::OkStatus();
}

}  // namespace pipesched
