#include "engine/order/interleaved_1f1b_overlap.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeInterleaved1F1BOverlapOrder(const PipelineShape& shape, const ScheduleParams& params) {
  const int g = GroupSize(shape, params);
  const Table table = MakeInterleavedTable(shape, g);
  const auto warmup_of = [&](int rank) {
    return std::min(2 * (shape.num_ranks - 1 - rank) + (shape.chunks_per_rank - 1) * g + 1,
                    static_cast<int>(table.size()));
  };
  return MakeThreePhaseOrder(shape, table, warmup_of, /*pairs=*/true);
}

}  // namespace pipesched
