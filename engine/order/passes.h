#ifndef PIPESCHED_ENGINE_ORDER_PASSES_H_
#define PIPESCHED_ENGINE_ORDER_PASSES_H_

#include "engine/model/order.h"

namespace pipesched {

// Passes turn an order into another: a schedule that is a variant of another
// one is that one's order and a pass, not a generator of its own.

// Splits each full backward into its input half and its weight half, adjacent:
// "0F0 0B0" becomes "0F0 0I0 0W0". A fused pair keeps its full backward.
Order SplitBackward(const Order& order);

// Joins each backward for inputs with the backward for weights of the same
// stage and microbatch where that follows at once: "0I0 0W0 0I1" becomes
// "0B0 0I1". MergeBackward(SplitBackward(x)) == x where x has no I.
Order MergeBackward(const Order& order);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_PASSES_H_
