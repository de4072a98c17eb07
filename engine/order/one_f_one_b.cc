#include "engine/order/one_f_one_b.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order Make1F1BOrder(const PipelineShape& shape, const ScheduleParams&) {
  return MakeThreePhaseOrder(shape, [&](int rank) {
    return std::min(shape.num_ranks - 1 - rank, shape.num_microbatches);
  });
}

}  // namespace pipesched
