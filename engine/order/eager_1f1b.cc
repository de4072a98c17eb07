#include "engine/order/eager_1f1b.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeEager1F1BOrder(const PipelineShape& shape, const ScheduleParams&) {
  return MakeThreePhaseOrder(shape, [&](int rank) {
    return std::min(2 * (shape.num_ranks - 1 - rank), shape.num_microbatches);
  });
}

}  // namespace pipesched
