// How soon work stops (docs/guarantees.md): the longest time between two looks at
// whether a call is cancelled, for the heaviest plans inside the default limits, and
// where in the work that was, in looks. Prints a line a plan.

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/order/registry.h"

namespace pipesched {
namespace {

// F = I = W = 1, transfers take 0.1.
PlanInput Input(const ScheduleKind& kind, const PipelineShape& shape) {
  PlanInput input;
  input.kind = &kind;
  input.pipeline.shape = shape;
  StageCost cost;
  cost.forward = cost.backward_input = cost.backward_weight = 1'000'000'000;
  cost.backward = 2'000'000'000;
  input.pipeline.stages.assign(static_cast<size_t>(shape.num_stages()), cost);
  input.pipeline.p2p_forward.assign(input.pipeline.stages.size() - 1, 100'000'000);
  input.pipeline.p2p_backward = input.pipeline.p2p_forward;
  return input;
}

// The largest legal shape of about `ranks` ranks whose ops are within the limit.
PipelineShape LargestShape(const ScheduleKind& kind, int ranks) {
  PipelineShape shape{.num_ranks = ranks, .chunks_per_rank = 1, .num_microbatches = 4 * ranks};
  while (shape.chunks_per_rank < 64 && !kind.check(shape, {}).empty()) ++shape.chunks_per_rank;
  // Few ranks: as many chunks as it takes for as many ops as there may be.
  if (kind.placement == PlacementKind::kRoundRobin || kind.placement == PlacementKind::kWave) {
    while (ranks * shape.chunks_per_rank < 8) shape.chunks_per_rank += 2;
  }
  const Limits limits;
  const int most = limits.max_ops / kind.ops_per_microbatch / shape.num_stages();
  shape.num_microbatches = std::min(most, limits.max_microbatches);
  while (shape.num_microbatches > 0 && !kind.check(shape, {}).empty()) --shape.num_microbatches;
  return shape;
}

void Measure(const ScheduleKind& kind, int ranks) {
  const PipelineShape shape = LargestShape(kind, ranks);
  if (shape.num_microbatches == 0) return;
  PlanInput input = Input(kind, shape);
  const absl::Time start = absl::Now();
  absl::Time last_look = start;
  absl::Duration longest;
  absl::Duration longest_at;
  int looks = 0;
  const auto look = [&] {
    const absl::Time now = absl::Now();
    if (now - last_look > longest) {
      longest = now - last_look;
      longest_at = now - start;
    }
    last_look = now;
    ++looks;
    return false;
  };
  {
    const auto plan = ComputePlan(std::move(input), look);
    if (!plan.ok()) {
      std::printf("%s\n", plan.status().ToString().c_str());
      return;
    }
    look();
  }
  const absl::Duration freeing = absl::Now() - last_look;
  std::printf(
      "%-26s %5d ranks %2d chunks %7d microbatches: %8.1f ms, %6d looks, longest gap "
      "%7.1f ms, ended at %8.1f ms; freeing %6.1f ms\n",
      std::string(kind.name).c_str(), shape.num_ranks, shape.chunks_per_rank,
      shape.num_microbatches, absl::ToDoubleMilliseconds(last_look - start), looks,
      absl::ToDoubleMilliseconds(longest), absl::ToDoubleMilliseconds(longest_at),
      absl::ToDoubleMilliseconds(freeing));
  std::fflush(stdout);
}

}  // namespace
}  // namespace pipesched

int main() {
  for (const pipesched::ScheduleKind& kind : pipesched::AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    for (const int ranks : {1, 2, 64, 2048}) pipesched::Measure(kind, ranks);
  }
}
