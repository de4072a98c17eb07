#ifndef PIPESCHED_ENGINE_ORDER_CHIMERA_H_
#define PIPESCHED_ENGINE_ORDER_CHIMERA_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// Chimera (arXiv 2107.06925): two replicas of the model run 1F1B towards each other,
// each on M / 2 microbatches, and fill each other's bubbles. A rank runs whichever
// of the heads of its two 1F1B orders is ready, in a run with F = 1, B = 2 and no p2p
// time: B before F, then the lower microbatch within its replica, then the higher
// stage, then replica 0. P and M are even (CheckTwoReplicas).
//
// The makespan is M(F+B) + (P-2)B where M = P, B >= F, and M(F+B) where P = 2. Returns
// CANCELLED if `cancelled` said so.
absl::StatusOr<Order> MakeChimeraOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                       Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_CHIMERA_H_
