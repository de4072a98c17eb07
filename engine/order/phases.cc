#include "engine/order/phases.h"

#include <cstddef>

namespace pipesched {

Order MakeThreePhaseOrder(const PipelineShape& shape, absl::FunctionRef<int(int rank)> warmup_of) {
  const int m = shape.num_microbatches;
  Order order;
  order.ops.reserve(static_cast<size_t>(shape.num_ranks) * static_cast<size_t>(m) * 2);
  order.rank_offsets.reserve(static_cast<size_t>(shape.num_ranks) + 1);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    const int warmup = warmup_of(rank);
    int forward = 0;
    int backward = 0;
    while (forward < warmup) order.ops.emplace_back(OpKind::kForward, rank, forward++);
    while (forward < m) {  // Steady state.
      order.ops.emplace_back(OpKind::kForward, rank, forward++);
      order.ops.emplace_back(OpKind::kBackward, rank, backward++);
    }
    while (backward < m) {  // Cool-down.
      order.ops.emplace_back(OpKind::kBackward, rank, backward++);
    }
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
