#ifndef PIPESCHED_ENGINE_ORDER_INTERLEAVED_ZB_H_
#define PIPESCHED_ENGINE_ORDER_INTERLEAVED_ZB_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// Interleaved 1F1B with split backwards, as PyTorch's ScheduleInterleavedZeroBubble
// orders it; its rounds of n = M / max(1, M div P) microbatches are the groups. With
// P = 2 ranks, V = 2, M = 4:
//
//   rank 0   0F0 0F1 2F0 2F1 2I0 2W0 0F2 2I1 2W1 0F3 0I0 0W0 2F2 0I1 0W1 2F3 ...
//
// Rank r runs (V - 1) n + P - 1 - r warm-up forwards; W is r ops behind I. It holds
// at most min(M V, (V - 1) n + P) activations. Legal as CheckRounds says.
Order MakeInterleavedZbOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_INTERLEAVED_ZB_H_
