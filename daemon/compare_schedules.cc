#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/convert/search.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "engine/model/slices.h"
#include "engine/order/building_blocks.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched {
namespace {

struct Row {
  v1::ComparisonRow proto;
  int64_t makespan = 0;  // in ticks
};

// Why a kind is not there: the rule that it breaks with the number of stages that breaks
// the fewest.
struct Reason {
  size_t rules = 0;
  std::string text;
};

bool FitsMemory(const Plan& plan) {
  const std::vector<int64_t>& limits = plan.input.pipeline.memory_limit_bytes;
  for (size_t r = 0; r < limits.size(); ++r) {
    if (plan.metrics.ranks[r].peak.bytes > limits[r]) return false;
  }
  return true;
}

v1::ComparisonRow LeftOut(const ScheduleKind& kind, int chunks, const std::string& reason) {
  v1::ComparisonRow row;
  row.set_kind(ToProto(kind));
  row.set_name(std::string(kind.name));
  row.set_chunks_per_rank(chunks);
  row.set_placement(ToProto(kind.placement));
  row.set_left_out(reason);
  return row;
}

Row RowOf(const Plan& plan, const std::vector<int>& all_ranks) {
  Row row;
  row.makespan = plan.metrics.makespan;
  row.proto = LeftOut(*plan.input.kind, plan.input.pipeline.shape.chunks_per_rank, "");
  *row.proto.mutable_metrics() = MetricsToProto(plan, all_ranks);
  row.proto.set_fits_memory(FitsMemory(plan));
  row.proto.set_digest(plan.digest);
  row.proto.set_order_digest(plan.order_digest);
  return row;
}

std::string OverMemory(const Plan& plan) {
  const std::vector<int64_t>& limits = plan.input.pipeline.memory_limit_bytes;
  size_t worst = 0;
  while (plan.metrics.ranks[worst].peak.bytes <= limits[worst]) ++worst;
  return absl::StrCat("rank ", worst, " holds ", plan.metrics.ranks[worst].peak.bytes,
                      " bytes, its limit is ", limits[worst]);
}

}  // namespace

int64_t CompareBytes(const v1::CompareSchedulesRequest& request, const Limits& limits) {
  constexpr int64_t kBytesAnOp = 60;  // of one plan while it is computed
  constexpr int64_t kFittingBytesAnOp = 100;
  constexpr int64_t kMostOps = 3;  // of a (stage, microbatch)
  int64_t chunks = request.chunks_per_rank().empty() ? 4 : 1;
  for (const int number : request.chunks_per_rank()) chunks = std::max<int64_t>(chunks, number);
  // What is larger is refused before it takes any.
  const int64_t stages = std::clamp<int64_t>(request.pipeline().num_stages(), 0, limits.max_ranks) *
                         std::min<int64_t>(chunks, limits.max_chunks_per_rank);
  const int64_t parts = stages * std::clamp<int64_t>(request.pipeline().num_microbatches(), 0,
                                                     limits.max_microbatches);
  const int64_t ops = std::min<int64_t>(parts * kMostOps, limits.max_ops);
  return ops * kBytesAnOp + std::min(ops, kMostFittedOps) * kFittingBytesAnOp;
}

absl::Status HandleCompareSchedules(const v1::CompareSchedulesRequest& request, CallContext context,
                                    v1::CompareSchedulesResponse& response) {
  Violations violations;
  const CompareInput input = ConvertCompare(request, context.limits, violations);
  if (!violations.empty()) return violations.ToStatus();
  std::vector<Row> rows;
  std::vector<v1::ComparisonRow> left_out;
  std::vector<Pipeline> machines;
  for (const int chunks : input.chunks_per_rank) {
    machines.push_back(SplitSlices(input.machine, chunks));
  }
  const bool uniform_p2p = HasUniformP2p(input.machine);
  const std::vector<int> all_ranks = AllRanks(input.machine.shape.num_ranks);
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    std::optional<Reason> reason;
    bool there = false;
    for (const Pipeline& machine : machines) {
      const int chunks = machine.shape.chunks_per_rank;
      const RuleViolations broken = kind.check(machine.shape, {});
      if (!broken.empty()) {
        if (!reason || broken.size() < reason->rules) {
          reason = Reason{broken.size(), absl::StrCat("with V = ", chunks, " it ", broken[0].rule)};
        }
        continue;
      }
      if (chunks > 1 && !uniform_p2p) {
        reason = Reason{0, "slices cannot be split where p2p times are given per boundary"};
        continue;
      }
      there = true;
      absl::StatusOr<Plan> plan =
          ComputePlan({machine, &kind, {}, std::nullopt}, context.cancelled);
      if (context.cancelled()) return absl::CancelledError("cancelled while comparing");
      if (!plan.ok()) {  // The kind cannot be fitted to these times.
        left_out.push_back(LeftOut(kind, chunks, std::string(plan.status().message())));
        continue;
      }
      if (request.fit_memory() && !FitsMemory(*plan)) {
        left_out.push_back(LeftOut(kind, chunks, OverMemory(*plan)));
      } else {
        rows.push_back(RowOf(*plan, all_ranks));
      }
    }
    if (!there) left_out.push_back(LeftOut(kind, 0, reason ? reason->text : "no number of stages"));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.makespan < b.makespan; });
  for (Row& row : rows) *response.add_rows() = std::move(row.proto);
  for (v1::ComparisonRow& row : left_out) *response.add_rows() = std::move(row);
  const auto bytes = static_cast<int64_t>(response.ByteSizeLong());
  if (bytes > context.limits.max_message_bytes) {
    return TooLarge("response", bytes, context.limits, "compare fewer ranks");
  }
  return absl::OkStatus();
}

}  // namespace pipesched
