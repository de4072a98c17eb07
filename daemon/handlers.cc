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
#include "daemon/plan_cost.h"
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

// The plan that a request with a rank filter asks for, and its ranks.
template <typename Request>
absl::StatusOr<PlanQuery> PrepareFiltered(const Request& request, const Limits& limits,
                                          Cancelled cancelled, Violations violations) {
  PlanQuery query;
  query.input = ConvertPlanInput(request, limits, violations, cancelled);
  query.ranks = ConvertRanks(request.ranks(), query.input.pipeline.shape.num_ranks, violations);
  if (!violations.empty()) return violations.ToStatus();
  return query;
}

class PlanStream : public ScheduleStream {
 public:
  PlanStream(std::shared_ptr<const Plan> plan, std::vector<int> ranks)
      : plan_(std::move(plan)), ranks_(std::move(ranks)), columns_(*plan_, ranks_) {}

  bool Next(v1::StreamScheduleResponse& message) override {
    message.Clear();
    if (!started_) {
      started_ = true;
      FillSummary(*plan_, ranks_, message);
      FillRankOffsets(*plan_, ranks_, *message.mutable_timeline());
      return true;
    }
    const int64_t count = std::min(kOpsAMessage, columns_.size() - next_op_);
    if (count == 0) return false;
    columns_.Append(next_op_, count, *message.mutable_timeline());
    next_op_ += count;
    return true;
  }

 private:
  const std::shared_ptr<const Plan> plan_;
  const std::vector<int> ranks_;
  const TimelineColumns columns_;
  bool started_ = false;
  int64_t next_op_ = 0;
};

}  // namespace

absl::StatusOr<PlanQuery> Prepare(const v1::ComputeScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled) {
  Violations violations;
  if (!v1::View_IsValid(request.view())) {
    violations.Add(
        "view", absl::StrCat(static_cast<int>(request.view()), ", want VIEW_SUMMARY or VIEW_FULL"));
  }
  absl::StatusOr<PlanQuery> query =
      PrepareFiltered(request, limits, cancelled, std::move(violations));
  if (!query.ok() || request.view() != v1::VIEW_FULL) return query;
  const PipelineShape& shape = query->input.pipeline.shape;
  query->answer_parts =
      static_cast<int64_t>(query->ranks.size()) * shape.chunks_per_rank * shape.num_microbatches;
  const int64_t least_bytes = query->answer_parts * kLeastOpsAMicrobatch * kLeastOpBytes;
  if (least_bytes > limits.max_message_bytes) {
    return TooLarge("timeline", least_bytes, limits, kFullAdvice);
  }
  return query;
}

absl::StatusOr<PlanQuery> Prepare(const v1::StreamScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled) {
  return PrepareFiltered(request, limits, cancelled, Violations());
}

absl::Status Answer(const Plan& plan, const std::vector<int>& ranks,
                    const v1::ComputeScheduleRequest& request, CallContext context,
                    v1::ComputeScheduleResponse& response) {
  FillSummary(plan, ranks, response);
  if (request.view() != v1::VIEW_FULL) return absl::OkStatus();
  const TimelineColumns columns(plan, ranks);
  FillRankOffsets(plan, ranks, *response.mutable_timeline());
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

std::unique_ptr<ScheduleStream> OpenStream(std::shared_ptr<const Plan> plan,
                                           std::vector<int> ranks) {
  return std::make_unique<PlanStream>(std::move(plan), std::move(ranks));
}

void HandleListScheduleKinds(v1::ListScheduleKindsResponse& response) {
  FillScheduleKinds(*response.mutable_kinds());
}

void HandleGetServerInfo(const Limits& limits, v1::GetServerInfoResponse& response) {
  response.set_version(std::string(Version()));
  response.set_commit(std::string(Commit()));
  response.set_api_version_low("v1");
  response.set_api_version_high("v1");
  response.set_algorithm_version(kAlgorithmVersion);
  v1::ServerLimits& out = *response.mutable_limits();
  out.set_max_ranks(limits.max_ranks);
  out.set_max_chunks_per_rank(limits.max_chunks_per_rank);
  out.set_max_microbatches(limits.max_microbatches);
  out.set_max_ops(limits.max_ops);
  out.set_max_message_bytes(limits.max_message_bytes);
  out.set_max_picture_side(limits.max_picture_side);
  out.set_max_picture_pixels(limits.max_picture_pixels);
  out.set_max_order_text_bytes(limits.max_order_text_bytes);
  FillRenderFormats(response);
  for (int i = 1; i < v1::ExportFormat_ARRAYSIZE; ++i) {
    response.add_export_formats(static_cast<v1::ExportFormat>(i));
  }
}

}  // namespace pipesched
