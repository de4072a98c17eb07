#include "engine/order/looped_bfs.h"

#include <cstddef>

namespace pipesched {

Order MakeLoopedBfsOrder(const PipelineShape& shape, const ScheduleParams&) {
  const int m = shape.num_microbatches;
  const int last_chunk = shape.chunks_per_rank - 1;
  Order order;
  order.ops.reserve(static_cast<size_t>(shape.num_stages()) * static_cast<size_t>(m) * 2);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    const auto append = [&](OpKind kind, int chunk, int microbatch) {
      order.ops.emplace_back(kind, chunk * shape.num_ranks + rank, microbatch);
    };
    for (int chunk = 0; chunk <= last_chunk; ++chunk) {
      for (int j = 0; j < m; ++j) append(OpKind::kForward, chunk, j);
    }
    for (int chunk = last_chunk; chunk >= 0; --chunk) {
      for (int j = m - 1; j >= 0; --j) append(OpKind::kBackward, chunk, j);
    }
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
