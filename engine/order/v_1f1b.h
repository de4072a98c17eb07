#ifndef PIPESCHED_ENGINE_ORDER_V_1F1B_H_
#define PIPESCHED_ENGINE_ORDER_V_1F1B_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// 1F1B-V (arXiv 2405.15362): two chunks a rank in a V and full backwards, at two
// thirds of 1F1B's activations: (2P div 3) + 1 microbatches of two chunks. Of three
// building blocks with a period of 6 units (F = 1, B = 2), of those that keep to that
// memory, the one that fits the pipeline's times best (see FitBlocks).
//
// At F = 1, B = 2, M >= P it takes 6M + 5P - {5, 7, 9} for P mod 3 = {1, 2, 0}, and 1,
// 2, 1 more where P = 2, 3, 6. Needs V = 2; any M >= 1. Returns CANCELLED if
// `cancelled` said so.
absl::StatusOr<Order> MakeV1F1BOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                     Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_V_1F1B_H_
