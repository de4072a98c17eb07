#ifndef PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_OVERLAP_H_
#define PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_OVERLAP_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// 1F1B whose steady state runs each forward and backward as one fused block. With
// P = 2 ranks, M = 4 microbatches:
//
//   rank 0   F0 F1 F2 (F3;B0) B1 B2 B3
//   rank 1   F0 (F1;B0) (F2;B1) (F3;B2) B3
//
// Rank r runs w = min(2(P - 1 - r) + 1, M) warm-up forwards, M - w pairs, then w
// backwards; so a pair never waits for a microbatch that is still on its way. It
// holds at most min(2(P - r), M) microbatches of activations: both halves of a
// pair while it runs. Needs V = 1; any M >= 1.
Order Make1F1BOverlapOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_OVERLAP_H_
