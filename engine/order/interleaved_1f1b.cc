#include "engine/order/interleaved_1f1b.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeInterleaved1F1BOrder(const PipelineShape& shape, const ScheduleParams& params) {
  const int g = GroupSize(shape, params);
  const Table table = MakeInterleavedTable(shape, g);
  return MakeThreePhaseOrder(shape, table, [&](int rank) {
    return std::min(2 * (shape.num_ranks - 1 - rank) + (shape.chunks_per_rank - 1) * g,
                    static_cast<int>(table.size()));
  });
}

}  // namespace pipesched
