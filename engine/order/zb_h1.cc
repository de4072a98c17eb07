#include "engine/order/zb_h1.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeZbH1Order(const PipelineShape& shape, const ScheduleParams&) {
  return MakeSplitThreePhaseOrder(
      shape, [&](int rank) { return std::min(shape.num_ranks - 1 - rank, shape.num_microbatches); },
      [](int rank) { return rank; });
}

}  // namespace pipesched
