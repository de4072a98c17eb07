#ifndef PIPESCHED_ENGINE_ORDER_ZBV_H_
#define PIPESCHED_ENGINE_ORDER_ZBV_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// ZB-V (arXiv 2401.10241, section 6): two chunks a rank in a V, split backwards, no
// bubble between a rank's first and last op at 1F1B's memory. With P = 2 ranks,
// M = 4 (stage and microbatch):
//
//   rank 0   0F0 0F1 0F2 3F0 3I0 3W0 3F1 3I1 3W1 0F3 0I0 0W0 3F2 3I2 3W2 0I1 0W1 ...
//   rank 1   1F0 2F0 1F1 2F1 2I0 2W0 1F2 1I0 1W0 2F2 2I1 2W1 1F3 1I1 1W1 2F3 2I2 ...
//
// F0 of rank r is a forward of its first chunk. It runs 2(P - r) - 1 F0; r times
// (F1, F0); P - r times (F1, I1, W1); then (F0, I0, W0, F1, I1, W1) until every
// forward has run; r times (I0, I1); P - r times (I0, W0); then the rest of the W1
// and of the W0. W is the oldest of its chunk that waits. An order of fewer than
// 2P - 1 microbatches is the one of 2P - 1 without the ops of the others.
// It holds at most min(2P, 2M) chunks. Needs V = 2; any M >= 1.
Order MakeZbVOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_ZBV_H_
