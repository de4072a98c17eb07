#ifndef PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_H_
#define PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// 1F1B, also PipeDream-Flush (arXiv 2006.09503). With P = 2 ranks, M = 3
// microbatches:
//
//   rank 0   F0 F1 B0 F2 B1 B2
//   rank 1   F0 B0 F1 B1 F2 B2
//
// Rank r runs w = min(P - 1 - r, M) warm-up forwards, M - w steady-state pairs
// (forward, then backward), then w cool-down backwards. It so holds at most
// min(P - r, M) microbatches of activations. Needs V = 1; any M >= 1.
Order Make1F1BOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_ONE_F_ONE_B_H_
