#include "engine/order/dualpipe.h"

#include <algorithm>

#include "engine/order/dualpipe_steps.h"
#include "engine/order/phases.h"

namespace pipesched {

Order MakeDualPipeOrder(const PipelineShape& shape, const ScheduleParams&) {
  const int p = shape.num_ranks;
  const int half = shape.num_microbatches / 2;
  Order order = EmptyOrder(shape, 3);
  for (int r = 0; r < p; ++r) {
    const DualPipeLane upward{.stage = r, .first_microbatch = 0};
    const DualPipeLane downward{.stage = p - 1 - r, .first_microbatch = half};
    const bool is_lower_half = r < p / 2;
    AppendDualPipeRank(is_lower_half ? upward : downward, is_lower_half ? downward : upward, p / 2,
                       std::min(r, p - 1 - r), half, order);
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
