#include "engine/order/dualpipe_v.h"

#include "engine/order/dualpipe_steps.h"
#include "engine/order/phases.h"

namespace pipesched {

Order MakeDualPipeVOrder(const PipelineShape& shape, const ScheduleParams&) {
  const int p = shape.num_ranks;
  Order order = EmptyOrder(shape, 3);
  for (int r = 0; r < p; ++r) {
    AppendDualPipeRank({.stage = r, .first_microbatch = 0},
                       {.stage = 2 * p - 1 - r, .first_microbatch = 0}, p, r,
                       shape.num_microbatches, order);
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
