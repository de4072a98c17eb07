#include "daemon/plan_cost.h"

#include <algorithm>
#include <vector>

#include "engine/order/building_blocks.h"

namespace pipesched {
namespace {

// An op, its times, and its place on the critical path.
constexpr int64_t kBytesAnOp = sizeof(Op) + 3 * sizeof(int64_t);

// A stage's record, its p2p times and its place in the placement; a rank's metrics
// and limits are no more.
constexpr int64_t kBytesAStage = sizeof(StageCost) + sizeof(RankMetrics) + 8 * sizeof(int64_t);

int64_t Bytes(const PlanInput& input, int64_t num_ops) {
  const bool has_pauses = input.given && !input.given->pauses.empty();
  return static_cast<int64_t>(sizeof(Plan)) + input.pipeline.shape.num_stages() * kBytesAStage +
         num_ops * (kBytesAnOp + (has_pauses ? int64_t{sizeof(int64_t)} : 0));
}

}  // namespace

int64_t PlanParts(const PlanInput& input) {
  return int64_t{input.pipeline.shape.num_stages()} * input.pipeline.shape.num_microbatches;
}

int64_t PlanWork(const PlanInput& input) {
  constexpr int64_t kFittingFactor = 50;  // see ScheduleKind::fits_times
  return PlanParts(input) * (input.kind->fits_times ? kFittingFactor : 1);
}

int64_t EstimatePlanBytes(const PlanInput& input) {
  const int64_t num_ops = input.given ? input.given->order.num_ops()
                                      : PlanParts(input) * input.kind->ops_per_microbatch;
  const int64_t working_ops = input.kind->fits_times ? std::min(num_ops, kMostFittedOps) : num_ops;
  // The simulator has times of microbatches that no stage has, too.
  constexpr int64_t kRowsBesides = 3;
  return Bytes(input, num_ops) + working_ops * input.kind->working_bytes_an_op +
         kRowsBesides * input.pipeline.shape.num_microbatches * int64_t{sizeof(int64_t)};
}

int64_t PlanBytes(const Plan& plan) { return Bytes(plan.input, plan.order.num_ops()); }

}  // namespace pipesched
