// How soon work stops (docs/guarantees.md): the longest time between two looks at
// whether a call is cancelled, for the heaviest plans inside the default limits, and
// where in the work that was, in looks. Prints a line a plan.

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/handlers.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/model/order_text.h"
#include "engine/order/one_f_one_b.h"
#include "engine/order/registry.h"
#include "pipesched/v1/schedule_service.pb.h"

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

// The largest order that a caller may give: what is done with it before its plan, in
// steps that do not look.
void MeasureGivenOrder() {
  v1::ComputeScheduleRequest request;
  constexpr int kRanks = 64;
  const Limits limits;
  std::string order;
  for (int microbatches = 32768;; microbatches -= 1024) {
    const PipelineShape shape{kRanks, 1, microbatches};
    order = FormatOrder(Make1F1BOrder(shape, {}));
    if (order.size() <= static_cast<size_t>(limits.max_order_text_bytes)) {
      request.mutable_pipeline()->set_num_microbatches(microbatches);
      break;
    }
  }
  request.mutable_pipeline()->set_num_stages(kRanks);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order(order);
  absl::Time start = absl::Now();
  const auto query = Prepare(request, limits);
  const absl::Duration reading = absl::Now() - start;
  if (!query.ok()) {
    std::printf("%s\n", query.status().ToString().c_str());
    return;
  }
  start = absl::Now();
  const std::string key = PlanKey(query->input);
  std::printf("given order of %zu MB, %lld ops: reading %.1f ms, its key %.1f ms\n",
              order.size() >> 20, static_cast<long long>(query->input.given->order.num_ops()),
              absl::ToDoubleMilliseconds(reading), absl::ToDoubleMilliseconds(absl::Now() - start));
}

}  // namespace
}  // namespace pipesched

int main() {
  pipesched::MeasureGivenOrder();
  for (const pipesched::ScheduleKind& kind : pipesched::AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    for (const int ranks : {1, 2, 64, 2048}) pipesched::Measure(kind, ranks);
  }
}
