#ifndef PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_OVERLAP_H_
#define PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_OVERLAP_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// interleaved_1f1b with one more warm-up forward, whose steady state runs each
// forward and backward as one fused block, as Megatron-LM does to overlap the
// communication of experts. With P = 2 ranks, V = 2, M = 4, g = 2:
//
//   rank 0   0F0 0F1 2F0 2F1 0F2 (0F3;2B0) (2F2;2B1) (2F3;0B0) 0B1 2B2 2B3 0B2 0B3
//
// It holds at most min(2(P - 1 - r) + (V - 1) g + 2, M V) activations. Legal as
// CheckGroups says.
Order MakeInterleaved1F1BOverlapOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_INTERLEAVED_1F1B_OVERLAP_H_
