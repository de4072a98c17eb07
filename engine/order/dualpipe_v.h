#ifndef PIPESCHED_ENGINE_ORDER_DUALPIPE_V_H_
#define PIPESCHED_ENGINE_ORDER_DUALPIPE_V_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// DualPipeV (deepseek-ai/DualPipe): one half of DualPipe, whose model is folded into
// a V, so that no rank holds parameters twice. See AppendDualPipeRank for the steps;
// lane 0 is the rank's first chunk. A rank holds at most 2P + 1 chunks. Legal as
// CheckDualPipeV says. The start of P = 2, M = 4:
//
//   rank 0   0F0 0F1 0F2 3F0 3I0 3W0 3F1 (0F3;3B1) (3F2;0B0) 3B2 (3F3;0B1) ...
//   rank 1   1F0 2F0 1F1 2F1 1F2 2B0 (2F2;1B0) (1F3;2B1) (2F3;1B1) 2B2 1B2 ...
Order MakeDualPipeVOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_DUALPIPE_V_H_
