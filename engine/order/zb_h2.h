#ifndef PIPESCHED_ENGINE_ORDER_ZB_H2_H_
#define PIPESCHED_ENGINE_ORDER_ZB_H2_H_

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// ZB-H2 (arXiv 2401.10241, section 2.3): twice the warm-up of ZB-H1, so that no rank
// idles between its first and last op. With P = 2 ranks, M = 4 microbatches:
//
//   rank 0   F0 F1 F2 I0 W0 F3 I1 W1 I2 W2 I3 W3
//   rank 1   F0 I0 F1 I1 F2 I2 W0 F3 I3 W1 W2 W3
//
// Rank r runs min(2(P - 1 - r), M) warm-up forwards; W is 2r microbatches behind
// I. It holds at most min(2P - 1, M) microbatches. Needs V = 1; any M >= 1, but
// below 2P - 1 ranks do idle.
Order MakeZbH2Order(const PipelineShape& shape, const ScheduleParams& params);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_ZB_H2_H_
