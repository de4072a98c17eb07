#include "daemon/plan_cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/order/registry.h"
#include "tests/daemon/plan_inputs.h"
#include "tests/support/peak_memory.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

// The fewest chunks that are legal, and as many microbatches as make about `ops` ops.
PipelineShape ShapeOf(const ScheduleKind& kind, int ranks, int ops) {
  PipelineShape shape{.num_ranks = ranks, .chunks_per_rank = 1, .num_microbatches = 4 * ranks};
  while (!kind.check(shape, {}).empty()) ++shape.chunks_per_rank;
  shape.num_microbatches = ops / kind.ops_per_microbatch / shape.num_stages();
  while (!kind.check(shape, {}).empty()) --shape.num_microbatches;
  return shape;
}

TEST(PlanCostTest, TheEstimateIsWhatComputingTakesAtMost) {
  if (!MeasuresMemory()) GTEST_SKIP() << "sanitizers take memory of their own";
  constexpr int64_t kUncounted = 4 << 20;  // the heap's own, and stacks
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    for (const int ranks : {2, 64, 256}) {
      const PipelineShape shape = ShapeOf(kind, ranks, 1 << 21);
      if (shape.num_microbatches < 2) continue;
      PlanInput input = UnitInput(kind, shape);
      const int64_t estimate = EstimatePlanBytes(input);
      const int64_t most = MostMemory(
          [&input] { EXPECT_THAT(ComputePlan(std::move(input), NeverCancelled), IsOk()); });
      EXPECT_LE(most, estimate + kUncounted) << kind.name << ", ranks: " << ranks;
    }
  }
}

}  // namespace
}  // namespace pipesched
