#include "engine/order/interleaved_zb.h"

#include <algorithm>

#include "engine/order/phases.h"

namespace pipesched {

Order MakeInterleavedZbOrder(const PipelineShape& shape, const ScheduleParams&) {
  const int n = RoundSize(shape);
  const Table table = MakeInterleavedTable(shape, n);
  const auto warmup_of = [&](int rank) {
    return std::min((shape.chunks_per_rank - 1) * n + shape.num_ranks - 1 - rank,
                    static_cast<int>(table.size()));
  };
  return MakeSplitThreePhaseOrder(shape, table, warmup_of, [](int rank) { return rank; });
}

}  // namespace pipesched
