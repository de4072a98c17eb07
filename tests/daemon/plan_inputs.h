#ifndef PIPESCHED_TESTS_DAEMON_PLAN_INPUTS_H_
#define PIPESCHED_TESTS_DAEMON_PLAN_INPUTS_H_

#include <cstddef>

#include "daemon/plan.h"

namespace pipesched {

// F = I = W = 1, transfers take 0.1.
inline PlanInput UnitInput(const ScheduleKind& kind, const PipelineShape& shape) {
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

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_PLAN_INPUTS_H_
