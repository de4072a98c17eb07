#ifndef PIPESCHED_ENGINE_ORDER_V_MIN_H_
#define PIPESCHED_ENGINE_ORDER_V_MIN_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// V-Min (arXiv 2405.15362): two chunks a rank in a V and split backwards, at about a third
// of 1F1B's activations on every rank. Rank r runs F0, F1, I1, I0 of the building block
// at r, 2P - r - 1, 2P + e + r, 4P + e - r - 1, where e is 2 if 3 divides P, else 0; see
// MakeSplitVOrder for the rest.
//
// At F = I = W = 1, M >= P it takes 6M + 4P - 5, or 6M + 4P - 7 where 3 divides P, and holds
// (P + 4) div 3 microbatches of two chunks. Needs V = 2; any M >= 1. Returns CANCELLED if
// `cancelled` said so.
absl::StatusOr<Order> MakeVMinOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                    Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_V_MIN_H_
