#include "tests/support/pipelines.h"

#include <algorithm>
#include <cstddef>

namespace pipesched {
namespace {

int64_t Uniform(int64_t low, int64_t high, std::mt19937& random) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

// What has run of each (stage, microbatch), for RandomOrder.
class Progress {
 public:
  Progress(int num_stages, int num_microbatches)
      : num_stages_(num_stages),
        num_microbatches_(num_microbatches),
        done_(static_cast<size_t>(num_stages) * static_cast<size_t>(num_microbatches)) {}

  // Ops that could run next.
  std::vector<Op> Ready(bool split) {
    std::vector<Op> ready;
    for (int s = 0; s < num_stages_; ++s) {
      for (int j = 0; j < num_microbatches_; ++j) {
        const State& here = At(s, j);
        if (!here.forward && (s == 0 || At(s - 1, j).forward)) {
          ready.emplace_back(OpKind::kForward, s, j);
        }
        const bool gradient_there = s == num_stages_ - 1 || At(s + 1, j).gradient;
        if (here.forward && !here.gradient && gradient_there) {
          ready.emplace_back(split ? OpKind::kBackwardInput : OpKind::kBackward, s, j);
        }
        if (here.split && !here.weight) ready.emplace_back(OpKind::kBackwardWeight, s, j);
      }
    }
    return ready;
  }

  void Run(Op op) {
    State& state = At(op.stage(), op.microbatch());
    state.forward |= op.kind() == OpKind::kForward;
    state.gradient |= op.kind() == OpKind::kBackward || op.kind() == OpKind::kBackwardInput;
    state.split |= op.kind() == OpKind::kBackwardInput;
    state.weight |= op.kind() == OpKind::kBackwardWeight;
  }

 private:
  struct State {
    bool forward = false, gradient = false, split = false, weight = false;
  };

  State& At(int stage, int microbatch) {
    return done_[static_cast<size_t>(stage) * static_cast<size_t>(num_microbatches_) +
                 static_cast<size_t>(microbatch)];
  }

  int num_stages_;
  int num_microbatches_;
  std::vector<State> done_;
};

}  // namespace

Pipeline UniformPipeline(int num_ranks, int num_microbatches, int64_t forward, int64_t backward,
                         int64_t p2p) {
  Pipeline pipeline;
  pipeline.shape = {
      .num_ranks = num_ranks, .chunks_per_rank = 1, .num_microbatches = num_microbatches};
  StageCost cost;
  cost.forward = forward;
  cost.backward = backward;
  cost.backward_input = backward - backward / 2;
  cost.backward_weight = backward / 2;
  pipeline.stages.assign(static_cast<size_t>(num_ranks), cost);
  pipeline.p2p_forward.assign(static_cast<size_t>(num_ranks) - 1, p2p);
  pipeline.p2p_backward = pipeline.p2p_forward;
  return pipeline;
}

Pipeline RandomPipeline(int num_ranks, int chunks_per_rank, int num_microbatches,
                        std::mt19937& random) {
  Pipeline pipeline;
  pipeline.shape = {.num_ranks = num_ranks,
                    .chunks_per_rank = chunks_per_rank,
                    .num_microbatches = num_microbatches};
  for (int s = 0; s < pipeline.shape.num_stages(); ++s) {
    StageCost cost;
    cost.forward = Uniform(1, 9, random);
    cost.backward = Uniform(0, 9, random);
    cost.backward_input = Uniform(0, 9, random);
    cost.backward_weight = Uniform(0, 9, random);
    if (Uniform(0, 1, random) == 1) {
      cost.overlapped_pair = std::max(cost.forward, cost.backward) + Uniform(0, 5, random);
    }
    cost.activation_bytes = Uniform(0, 99, random);
    cost.weight_grad_bytes = Uniform(0, cost.activation_bytes, random);
    cost.static_bytes = Uniform(0, 99, random);
    pipeline.stages.push_back(cost);
    if (s == 0) continue;
    pipeline.p2p_forward.push_back(Uniform(0, 4, random));
    pipeline.p2p_backward.push_back(Uniform(0, 4, random));
  }
  return pipeline;
}

Placement RoundRobin(const PipelineShape& shape) {
  std::vector<int> rank_of_stage;
  for (int s = 0; s < shape.num_stages(); ++s) rank_of_stage.push_back(s % shape.num_ranks);
  return Placement(rank_of_stage, shape.num_ranks);
}

Order RandomOrder(const Placement& placement, int num_microbatches, bool with_pairs,
                  std::mt19937& random) {
  std::vector<std::vector<Op>> ranks(static_cast<size_t>(placement.num_ranks()));
  Progress progress(placement.num_stages(), num_microbatches);
  while (true) {
    const std::vector<Op> ready = progress.Ready(Uniform(0, 1, random) == 1);
    if (ready.empty()) break;
    const Op op =
        ready[static_cast<size_t>(Uniform(0, static_cast<int64_t>(ready.size()) - 1, random))];
    std::vector<Op>& rank =
        ranks[static_cast<size_t>(placement.RankOf(op.stage(), op.microbatch()))];
    // Two ops that are ready at the same time do not wait for each other.
    Op backward(OpKind::kBackward, 0, 0);
    bool paired = false;
    if (with_pairs && op.kind() == OpKind::kForward) {
      for (const Op other : ready) {
        if (other.kind() == OpKind::kBackward && other.microbatch() != op.microbatch() &&
            placement.RankOf(other.stage(), other.microbatch()) ==
                placement.RankOf(op.stage(), op.microbatch())) {
          backward = other;
          paired = true;
        }
      }
    }
    rank.emplace_back(op.kind(), op.stage(), op.microbatch(), paired);
    progress.Run(op);
    if (!paired) continue;
    rank.emplace_back(OpKind::kBackward, backward.stage(), backward.microbatch(), true);
    progress.Run(backward);
  }
  Order order;
  for (const std::vector<Op>& rank : ranks) {
    order.ops.insert(order.ops.end(), rank.begin(), rank.end());
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
