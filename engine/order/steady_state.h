#ifndef PIPESCHED_ENGINE_ORDER_STEADY_STATE_H_
#define PIPESCHED_ENGINE_ORDER_STEADY_STATE_H_

#include <optional>

#include "engine/model/order.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"

namespace pipesched {

// Lengthens an order to `num_microbatches` by repeating a stretch of its steady state.
//
// The stretch is a period: between two moments in the middle of `timeline` every
// (stage, kind of op) starts k microbatches, the next ones, of all k alike. So the
// ranks stand after it as before it, k microbatches further, and can run it again:
// the longer order runs wherever the shorter one does, and a rank holds no more
// activations. k divides the number of microbatches added; of all such stretches the
// quickest a microbatch is taken.
//
// Returns nothing where there is no such stretch of at most 12 microbatches. `order` has
// one replica, and the same kinds of op for all stages and microbatches.
std::optional<Order> RepeatSteadyState(const Placement& placement, const Order& order,
                                       const Timeline& timeline, int old_microbatches,
                                       int num_microbatches);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_STEADY_STATE_H_
