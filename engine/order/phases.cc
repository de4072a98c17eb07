#include "engine/order/phases.h"

#include <algorithm>
#include <cstddef>

namespace pipesched {
namespace {

// The ops of a rank with one stage: the k-th is microbatch k's.
class OneStage {
 public:
  explicit OneStage(int rank) : rank_(rank) {}

  Op Forward(int k, bool fused = false) const { return Op(OpKind::kForward, rank_, k, fused); }
  Op Backward(OpKind kind, int k, bool fused = false) const { return Op(kind, rank_, k, fused); }

 private:
  int rank_;
};

// The ops of a rank with several chunks.
class TableStages {
 public:
  TableStages(const PipelineShape& shape, const Table& table, int rank)
      : shape_(shape), table_(table), rank_(rank) {}

  Op Forward(int k, bool fused = false) const {
    const TableEntry entry = table_[static_cast<size_t>(k)];
    return Op(OpKind::kForward, Stage(entry.chunk), entry.microbatch, fused);
  }

  Op Backward(OpKind kind, int k, bool fused = false) const {
    const TableEntry entry = table_[static_cast<size_t>(k)];
    return Op(kind, Stage(shape_.chunks_per_rank - 1 - entry.chunk), entry.microbatch, fused);
  }

 private:
  int Stage(int chunk) const { return chunk * shape_.num_ranks + rank_; }

  const PipelineShape& shape_;
  const Table& table_;
  const int rank_;
};

// `count` forwards and as many backwards.
template <typename Stages>
void AppendThreePhases(const Stages& stages, int count, int warmup, bool pairs, Order& order) {
  int forward = 0;
  int backward = 0;
  while (forward < warmup) order.ops.push_back(stages.Forward(forward++));
  while (forward < count) {  // Steady state.
    order.ops.push_back(stages.Forward(forward++, pairs));
    order.ops.push_back(stages.Backward(OpKind::kBackward, backward++, pairs));
  }
  while (backward < count) {  // Cool-down.
    order.ops.push_back(stages.Backward(OpKind::kBackward, backward++));
  }
  order.EndRank();
}

template <typename Stages>
void AppendSplitThreePhases(const Stages& stages, int count, int warmup, int first_weight_after,
                            Order& order) {
  const auto append_input = [&](int k) {
    order.ops.push_back(stages.Backward(OpKind::kBackwardInput, k));
  };
  const auto append_weight = [&](int k) {
    order.ops.push_back(stages.Backward(OpKind::kBackwardWeight, k));
  };
  int forward = 0;
  int input = 0;
  int weight = 0;
  while (forward < warmup) order.ops.push_back(stages.Forward(forward++));
  while (forward < count) {  // Steady state.
    order.ops.push_back(stages.Forward(forward++));
    append_input(input++);
    if (input > first_weight_after) append_weight(weight++);
  }
  while (input < count) {  // Cool-down.
    append_input(input++);
    append_weight(weight++);
  }
  while (weight < count) append_weight(weight++);
  order.EndRank();
}

}  // namespace

Order EmptyOrder(const PipelineShape& shape, size_t ops_a_microbatch) {
  Order order;
  order.ops.reserve(static_cast<size_t>(shape.num_stages()) *
                    static_cast<size_t>(shape.num_microbatches) * ops_a_microbatch);
  order.rank_offsets.reserve(static_cast<size_t>(shape.num_ranks) + 1);
  return order;
}

Table MakeInterleavedTable(const PipelineShape& shape, int group_size) {
  const int m = shape.num_microbatches;
  Table table;
  table.reserve(static_cast<size_t>(m) * static_cast<size_t>(shape.chunks_per_rank));
  for (int group = 0; group < m; group += group_size) {
    for (int chunk = 0; chunk < shape.chunks_per_rank; ++chunk) {
      for (int j = group; j < std::min(group + group_size, m); ++j) table.push_back({j, chunk});
    }
  }
  return table;
}

Order MakeThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of, bool pairs) {
  Order order = EmptyOrder(shape, 2);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    AppendThreePhases(OneStage(rank), shape.num_microbatches, warmup_of(rank), pairs, order);
  }
  return order;
}

Order MakeThreePhaseOrder(const PipelineShape& shape, const Table& table, OfRank warmup_of,
                          bool pairs) {
  Order order = EmptyOrder(shape, 2);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    AppendThreePhases(TableStages(shape, table, rank), static_cast<int>(table.size()),
                      warmup_of(rank), pairs, order);
  }
  return order;
}

Order MakeSplitThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of,
                               OfRank first_weight_after) {
  Order order = EmptyOrder(shape, 3);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    AppendSplitThreePhases(OneStage(rank), shape.num_microbatches, warmup_of(rank),
                           first_weight_after(rank), order);
  }
  return order;
}

Order MakeSplitThreePhaseOrder(const PipelineShape& shape, const Table& table, OfRank warmup_of,
                               OfRank first_weight_after) {
  Order order = EmptyOrder(shape, 3);
  for (int rank = 0; rank < shape.num_ranks; ++rank) {
    AppendSplitThreePhases(TableStages(shape, table, rank), static_cast<int>(table.size()),
                           warmup_of(rank), first_weight_after(rank), order);
  }
  return order;
}

}  // namespace pipesched
