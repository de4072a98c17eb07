#ifndef PIPESCHED_ENGINE_SIM_VALIDATE_H_
#define PIPESCHED_ENGINE_SIM_VALIDATE_H_

#include <string>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/placement.h"

namespace pipesched {

// What keeps an order from being a schedule of S stages and M microbatches, in the order
// of the ranks and ops, at most 100 findings: "rank 1 #3 1F0: runs twice". Nothing if
// every (stage, microbatch) has one F, and one B or one I and one W, each on its rank.
// Whether it deadlocks is for Simulate to say. Where `cancelled` says so, it stops before it
// has found all.
//
// The order has as many ranks as the placement.
std::vector<std::string> FindOrderErrors(const Placement& placement, int num_microbatches,
                                         const Order& order, Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SIM_VALIDATE_H_
