#include "engine/order/phases.h"

#include <cstddef>

namespace pipesched {
namespace {

// An order without ops, with room for `ops_a_microbatch` a (stage, microbatch).
Order EmptyOrder(const PipelineShape& shape, size_t ops_a_microbatch) {
  Order order;
  order.ops.reserve(static_cast<size_t>(shape.num_stages()) *
                    static_cast<size_t>(shape.num_microbatches) * ops_a_microbatch);
  order.rank_offsets.reserve(static_cast<size_t>(shape.num_ranks) + 1);
  return order;
}

}  // namespace

Order MakeThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of, bool pairs) {
  const int m = shape.num_microbatches;
  Order order = EmptyOrder(shape, 2);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    const int warmup = warmup_of(rank);
    int forward = 0;
    int backward = 0;
    while (forward < warmup) order.ops.emplace_back(OpKind::kForward, rank, forward++);
    while (forward < m) {  // Steady state.
      order.ops.emplace_back(OpKind::kForward, rank, forward++, pairs);
      order.ops.emplace_back(OpKind::kBackward, rank, backward++, pairs);
    }
    while (backward < m) {  // Cool-down.
      order.ops.emplace_back(OpKind::kBackward, rank, backward++);
    }
    order.EndRank();
  }
  return order;
}

Order MakeSplitThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of,
                               OfRank first_weight_after) {
  const int m = shape.num_microbatches;
  Order order = EmptyOrder(shape, 3);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    const int warmup = warmup_of(rank);
    const int first_weight = first_weight_after(rank);
    int forward = 0;
    int input = 0;
    int weight = 0;
    while (forward < warmup) order.ops.emplace_back(OpKind::kForward, rank, forward++);
    while (forward < m) {  // Steady state.
      order.ops.emplace_back(OpKind::kForward, rank, forward++);
      order.ops.emplace_back(OpKind::kBackwardInput, rank, input++);
      if (input > first_weight) order.ops.emplace_back(OpKind::kBackwardWeight, rank, weight++);
    }
    while (input < m) {  // Cool-down.
      order.ops.emplace_back(OpKind::kBackwardInput, rank, input++);
      order.ops.emplace_back(OpKind::kBackwardWeight, rank, weight++);
    }
    while (weight < m) order.ops.emplace_back(OpKind::kBackwardWeight, rank, weight++);
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
