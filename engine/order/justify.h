#ifndef PIPESCHED_ENGINE_ORDER_JUSTIFY_H_
#define PIPESCHED_ENGINE_ORDER_JUSTIFY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// Double justification: a pass that shortens an order for the pipeline's own times,
// as schedulers of projects with scarce resources do (Valls, Ballestin, Quintanilla,
// "Justification and RCPSP", 2005). It times the order, moves every op as late as it
// can go, the last ones first, then every op as early as it can go, the first ones
// first, and repeats that until a round (after the first) shortens nothing, at most
// `most_rounds` times.
//
// An op moves into any gap of its rank that is long enough, where its inputs are
// there and rank r still holds at most most_alive[r] activations, each from the start
// of its F to the end of its B or W. `order` keeps to that, has no fused pairs and
// does not deadlock; so does the result, which is never longer.
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> Justify(const Pipeline& pipeline, const Placement& placement,
                              const Order& order, const std::vector<int>& most_alive,
                              int most_rounds, Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_JUSTIFY_H_
