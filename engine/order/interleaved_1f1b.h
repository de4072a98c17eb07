#ifndef PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_H_
#define PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// Interleaved 1F1B of Megatron-LM (arXiv 2104.04473): several chunks a rank, taken
// up in groups of g microbatches, shrink the bubble V-fold. With P = 2 ranks,
// V = 2, M = 4, g = 2 (stage and microbatch):
//
//   rank 0   0F0 0F1 2F0 2F1 0F2 2B0 0F3 2B1 2F2 0B0 2F3 0B1 2B2 2B3 0B2 0B3
//   rank 1   1F0 1F1 3F0 3B0 3F1 3B1 1F2 1B0 1F3 1B1 3F2 3B2 3F3 3B3 1B2 1B3
//
// Rank r runs w = min(2(P - 1 - r) + (V - 1) g, M V) warm-up forwards, M V - w pairs
// (forward, then backward), then w backwards. It holds at most w + 1 activations.
// Legal as CheckGroups says.
Order MakeInterleaved1F1BOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_H_
