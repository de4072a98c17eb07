#ifndef PIPESCHED_ENGINE_ORDER_GPIPE_H_
#define PIPESCHED_ENGINE_ORDER_GPIPE_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// GPipe (arXiv 1811.06965): all forwards, then all backwards, here in the order
// of the forwards. With P = 2 ranks, M = 3 microbatches:
//
//   rank 0   F0 F1 F2 B0 B1 B2
//   rank 1   F0 F1 F2 B0 B1 B2
//
// Holds the activations of all M microbatches. Needs V = 1; any M >= 1.
Order MakeGpipeOrder(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_GPIPE_H_
