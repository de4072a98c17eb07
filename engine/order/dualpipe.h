#ifndef PIPESCHED_ENGINE_ORDER_DUALPIPE_H_
#define PIPESCHED_ENGINE_ORDER_DUALPIPE_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// DualPipe (arXiv 2412.19437): two replicas of the model run towards each other, so
// that a rank has a forward of one and a backward of the other to fuse. Microbatches
// 0 to M/2 - 1 start at rank 0, M/2 to M - 1 at rank P - 1. See AppendDualPipeRank for
// the steps; lane 0 is the direction that starts nearer to the rank. A rank holds at
// most P + 1 activations, and the static memory of two stages. Legal as
// CheckDualPipe says.
Order MakeDualPipeOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_DUALPIPE_H_
