#include "engine/order/zbv.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/order/phases.h"

namespace pipesched {
namespace {

// The ops of one rank. An op whose microbatch, or whose I, does not exist is
// skipped; ops of microbatches from `kept` on are counted and left out.
class RankOrder {
 public:
  RankOrder(const PipelineShape& shape, int rank, int microbatches, Order& order)
      : chunks_{Chunk{rank}, Chunk{2 * shape.num_ranks - 1 - rank}},
        microbatches_(microbatches),
        kept_(shape.num_microbatches),
        order_(order) {}

  void Forward(int chunk) {
    Append(OpKind::kForward, At(chunk), At(chunk).forwards, microbatches_);
  }

  void Input(int chunk) {
    Append(OpKind::kBackwardInput, At(chunk), At(chunk).inputs, microbatches_);
  }

  void Weight(int chunk) {
    Append(OpKind::kBackwardWeight, At(chunk), At(chunk).weights, At(chunk).inputs);
  }

  bool HasForwards(int chunk) const {
    return chunks_[static_cast<size_t>(chunk)].forwards < microbatches_;
  }
  bool HasWeights(int chunk) const {
    return chunks_[static_cast<size_t>(chunk)].weights < microbatches_;
  }

 private:
  struct Chunk {
    int stage;
    int forwards = 0;
    int inputs = 0;
    int weights = 0;
  };

  Chunk& At(int chunk) { return chunks_[static_cast<size_t>(chunk)]; }

  void Append(OpKind kind, const Chunk& chunk, int& next, int end) {
    if (next >= end) return;
    if (next < kept_) order_.ops.emplace_back(kind, chunk.stage, next);
    ++next;
  }

  std::array<Chunk, 2> chunks_;
  int microbatches_;
  int kept_;
  Order& order_;
};

void AppendRank(const PipelineShape& shape, int r, RankOrder& ops) {
  const int p = shape.num_ranks;
  for (int i = 0; i < 2 * (p - r) - 1; ++i) ops.Forward(0);
  for (int i = 0; i < r; ++i) {
    ops.Forward(1);
    ops.Forward(0);
  }
  for (int i = 0; i < p - r; ++i) {
    ops.Forward(1);
    ops.Input(1);
    ops.Weight(1);
  }
  while (ops.HasForwards(0) || ops.HasForwards(1)) {  // Steady state.
    for (const int chunk : {0, 1}) {
      ops.Forward(chunk);
      ops.Input(chunk);
      ops.Weight(chunk);
    }
  }
  for (int i = 0; i < r; ++i) {
    ops.Input(0);
    ops.Input(1);
  }
  for (int i = 0; i < p - r; ++i) {
    ops.Input(0);
    ops.Weight(0);
  }
  while (ops.HasWeights(1)) ops.Weight(1);
  while (ops.HasWeights(0)) ops.Weight(0);
}

}  // namespace

Order MakeZbVOrder(const PipelineShape& shape, const ScheduleParams&) {
  Order order = EmptyOrder(shape, 3);
  const int microbatches = std::max(shape.num_microbatches, 2 * shape.num_ranks - 1);
  for (int r = 0; r < shape.num_ranks; ++r) {
    RankOrder ops(shape, r, microbatches, order);
    AppendRank(shape, r, ops);
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
