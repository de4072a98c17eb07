#include "engine/order/zb_h2.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeZbH2Order(const PipelineShape& shape, const ScheduleParams&) {
  return MakeSplitThreePhaseOrder(
      shape,
      [&](int rank) { return std::min(2 * (shape.num_ranks - 1 - rank), shape.num_microbatches); },
      [](int rank) { return 2 * rank; });
}

}  // namespace pipesched
