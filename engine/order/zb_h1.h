#ifndef PIPESCHED_ENGINE_ORDER_ZB_H1_H_
#define PIPESCHED_ENGINE_ORDER_ZB_H1_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// ZB-H1 (arXiv 2401.10241, section 2.3): 1F1B with split backwards, whose weight
// halves fill what was idle, for no more activations than 1F1B. With P = 2 ranks,
// M = 3 microbatches:
//
//   rank 0   F0 F1 I0 W0 F2 I1 W1 I2 W2
//   rank 1   F0 I0 F1 I1 W0 F2 I2 W1 W2
//
// Rank r runs min(P - 1 - r, M) warm-up forwards; W is r microbatches behind I.
// It holds at most min(P, M) microbatches. Needs V = 1; any M >= 1.
Order MakeZbH1Order(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_ZB_H1_H_
