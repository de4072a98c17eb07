#include "engine/order/one_f_one_b_overlap.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order Make1F1BOverlapOrder(const PipelineShape& shape, const ScheduleParams&) {
  const auto warmup_of = [&](int rank) {
    return std::min(2 * (shape.num_ranks - 1 - rank) + 1, shape.num_microbatches);
  };
  return MakeThreePhaseOrder(shape, warmup_of, /*pairs=*/true);
}

}  // namespace pipesched
