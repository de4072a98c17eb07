#include "daemon/plan_cost.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/order/registry.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

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

// The fewest chunks that are legal, and as many microbatches as make about `ops` ops.
PipelineShape ShapeOf(const ScheduleKind& kind, int ranks, int ops) {
  PipelineShape shape{.num_ranks = ranks, .chunks_per_rank = 1, .num_microbatches = 4 * ranks};
  while (!kind.check(shape, {}).empty()) ++shape.chunks_per_rank;
  shape.num_microbatches = ops / kind.ops_per_microbatch / shape.num_stages();
  while (!kind.check(shape, {}).empty()) --shape.num_microbatches;
  return shape;
}

// A line of /proc/self/status, in bytes.
int64_t StatusBytes(absl::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    int64_t kilobytes = 0;
    if (absl::ConsumePrefix(&rest, name) && absl::ConsumeSuffix(&rest, " kB") &&
        absl::SimpleAtoi(rest, &kilobytes)) {
      return kilobytes << 10;
    }
  }
  return -1;
}

// How much larger the process was, at most, while the plan was computed.
int64_t MostMemory(PlanInput input) {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // The high-water mark begins anew.
  const int64_t before = StatusBytes("VmRSS:");
  const auto plan = ComputePlan(std::move(input), NeverCancelled);
  EXPECT_THAT(plan, IsOk());
  return StatusBytes("VmHWM:") - before;
}

TEST(PlanCostTest, TheEstimateIsWhatComputingTakesAtMost) {
  if (HasAddressSanitizer()) GTEST_SKIP() << "AddressSanitizer takes memory of its own";
  constexpr int64_t kUncounted = 4 << 20;  // the heap's own, and stacks
  mallopt(M_MMAP_THRESHOLD, 1 << 20);      // What is freed is gone at once.
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    for (const int ranks : {2, 64, 256}) {
      const PipelineShape shape = ShapeOf(kind, ranks, 1 << 21);
      if (shape.num_microbatches < 2) continue;
      PlanInput input = Input(kind, shape);
      const int64_t estimate = EstimatePlanBytes(input);
      const int64_t most = MostMemory(std::move(input));
      EXPECT_LE(most, estimate + kUncounted) << kind.name << ", ranks: " << ranks;
    }
  }
}

}  // namespace
}  // namespace pipesched
