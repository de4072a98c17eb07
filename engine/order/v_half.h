#ifndef PIPESCHED_ENGINE_ORDER_V_HALF_H_
#define PIPESCHED_ENGINE_ORDER_V_HALF_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// V-Half and V-Min (arXiv 2405.15362): two chunks a rank in a V, whose building
// blocks hold about a half, and about a third, of 1F1B's activations on every rank.
// The block repeats every 6 units of F = I = W = 1: its F and I run at the offsets of
// the paper, its W1 and W0 at the two offsets mod 6 that these leave free. Justify then
// fits the order to the pipeline's times, at the memory of the block.
//
// At F = I = W, M >= P: V-Half takes 6M + 3P - 7 for even P >= 4, 6M + 3P - 4 for odd
// P >= 3, 6M + 1 for P = 2, and holds (P + 2) div 2 microbatches of two chunks; V-Min
// takes 6M + 4P - 5, or 6M + 4P - 7 where 3 divides P, and holds (P + 4) div 3.
// Needs V = 2; any M >= 1. Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> MakeVHalfOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                     Cancelled cancelled);
absl::StatusOr<Order> MakeVMinOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                    Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_V_HALF_H_
