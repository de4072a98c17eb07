#ifndef PIPESCHED_ENGINE_ORDER_LOOPED_BFS_H_
#define PIPESCHED_ENGINE_ORDER_LOOPED_BFS_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// Looped breadth-first (arXiv 2211.05953), as PyTorch's ScheduleLoopedBFS orders it:
// all microbatches through one chunk after another, then backwards all the way, in
// reverse. With P = 2 ranks, V = 2, M = 2:
//
//   rank 0   0F0 0F1 2F0 2F1 2B1 2B0 0B1 0B0
//   rank 1   1F0 1F1 3F0 3F1 3B1 3B0 1B1 1B0
//
// Holds all M V activations. Needs V >= 2; any M >= 1.
Order MakeLoopedBfsOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_LOOPED_BFS_H_
