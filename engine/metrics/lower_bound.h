#ifndef PIPESCHED_ENGINE_METRICS_LOWER_BOUND_H_
#define PIPESCHED_ENGINE_METRICS_LOWER_BOUND_H_

#include <cstdint>

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// Which kinds of op an order uses beside F.
struct OpForms {
  bool full_backward = false;   // B
  bool split_backward = false;  // I and W
  bool pairs = false;           // fused pairs
};

OpForms FormsOf(const Order& order);

// A makespan, in ticks, that no order of this placement with these forms is
// below. The largest of, over ranks and stages:
//
// * a rank's earliest possible first op, plus the rank's whole work, plus, for
//   orders without I and W, the shortest way from its last op to the end. With
//   pairs the work is less by the most that fusing all but one op can save;
// * the chain of one microbatch: all forwards, the backwards down to a stage,
//   and the weights of that stage.
//
// The work of a (stage, microbatch) is F plus the smallest of the forms used.
int64_t LowerBound(const Pipeline& pipeline, const Placement& placement, OpForms forms);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_METRICS_LOWER_BOUND_H_
