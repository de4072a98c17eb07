#ifndef PIPESCHED_ENGINE_ORDER_EAGER_1F1B_H_
#define PIPESCHED_ENGINE_ORDER_EAGER_1F1B_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// 1F1B with twice the warm-up (arXiv 2211.05322). With P = 2 ranks, M = 4
// microbatches:
//
//   rank 0   F0 F1 F2 B0 F3 B1 B2 B3
//   rank 1   F0 B0 F1 B1 F2 B2 F3 B3
//
// Rank r runs w = min(2(P - 1 - r), M) warm-up forwards, then as 1F1B. A p2p
// time of up to half of a forward plus a backward then costs the makespan only
// 2(P - 1) transfers, for at most min(2(P - r) - 1, M) microbatches of
// activations. Needs V = 1; any M >= 1.
Order MakeEager1F1BOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_EAGER_1F1B_H_
