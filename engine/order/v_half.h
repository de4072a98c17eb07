#ifndef PIPESCHED_ENGINE_ORDER_V_HALF_H_
#define PIPESCHED_ENGINE_ORDER_V_HALF_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// V-Half (arXiv 2405.15362): two chunks a rank in a V and split backwards, at about half
// of 1F1B's activations on every rank. Rank r runs F0, F1, I1, I0 of the building block
// at 2r, 3P - r - 2, 3P + e + 2r - 1, 6P + e - r - 2, where e is 3 for even P, else 0; see
// MakeSplitVOrder for the rest.
//
// At F = I = W = 1, M >= P it takes 6M + 3P - 7 for even P >= 4, 6M + 3P - 4 for odd P >= 3,
// 6M + 1 for P = 2, and holds (P + 2) div 2 microbatches of two chunks. Needs V = 2; any
// M >= 1. Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> MakeVHalfOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                     Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_V_HALF_H_
