#include "tests/support/oracle.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pipesched {
namespace {

// When an op of each (stage, microbatch) ends, 0 where that is not known yet.
class Ends {
 public:
  explicit Ends(const PipelineShape& shape)
      : num_microbatches_(shape.num_microbatches),
        ends_(static_cast<size_t>(shape.num_stages()) *
              static_cast<size_t>(shape.num_microbatches)) {}

  int64_t& operator()(int stage, int microbatch) {
    return ends_.at(static_cast<size_t>(stage) * static_cast<size_t>(num_microbatches_) +
                    static_cast<size_t>(microbatch));
  }

 private:
  int num_microbatches_;
  std::vector<int64_t> ends_;
};

}  // namespace

OracleTimes ReferenceTimes(const Pipeline& pipeline, const Placement& placement,
                           const Order& order) {
  const int last_stage = placement.num_stages() - 1;
  OracleTimes times;
  times.starts.assign(order.ops.size(), 0);
  times.ends.assign(order.ops.size(), 0);
  Ends forward_ends(pipeline.shape);   // of the F
  Ends gradient_ends(pipeline.shape);  // of the B or the I
  const auto edge = [&](int from, int to) -> int64_t {
    if (placement.RankOf(from, 0) == placement.RankOf(to, 0)) return 0;
    return from < to ? pipeline.p2p_forward[static_cast<size_t>(from)]
                     : pipeline.p2p_backward[static_cast<size_t>(to)];
  };
  const auto earliest = [&](Op op) -> int64_t {
    const int s = op.stage();
    const int j = op.microbatch();
    if (op.kind() == OpKind::kForward) {
      return s == 0 ? 0 : forward_ends(s - 1, j) + edge(s - 1, s);
    }
    if (op.kind() == OpKind::kBackwardWeight) return gradient_ends(s, j);
    const int64_t own = forward_ends(s, j);
    if (s == last_stage) return own;
    return std::max(own, gradient_ends(s + 1, j) + edge(s + 1, s));
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t r = 0; r + 1 < order.rank_offsets.size(); ++r) {
      int64_t free_at = 0;
      for (auto i = static_cast<size_t>(order.rank_offsets[r]);
           i < static_cast<size_t>(order.rank_offsets[r + 1]); ++i) {
        const Op op = order.ops[i];
        int64_t start = std::max(free_at, earliest(op));
        const StageCost& cost = pipeline.stages[static_cast<size_t>(op.stage())];
        int64_t duration = 0;
        switch (op.kind()) {
          case OpKind::kForward: duration = cost.forward; break;
          case OpKind::kBackward: duration = cost.backward; break;
          case OpKind::kBackwardInput: duration = cost.backward_input; break;
          case OpKind::kBackwardWeight: duration = cost.backward_weight; break;
        }
        size_t count = 1;
        if (op.fused()) {  // With the B that follows, as one block.
          const Op backward = order.ops[i + 1];
          const StageCost& other = pipeline.stages[static_cast<size_t>(backward.stage())];
          start = std::max(start, earliest(backward));
          duration = cost.forward + other.backward;
          if (cost.overlapped_pair && other.overlapped_pair) {
            duration = std::max(*cost.overlapped_pair, *other.overlapped_pair);
          } else if (cost.overlapped_pair) {
            duration = std::max(duration, *cost.overlapped_pair);
          } else if (other.overlapped_pair) {
            duration = std::max(duration, *other.overlapped_pair);
          }
          count = 2;
        }
        free_at = start + duration;
        for (size_t k = i; k < i + count; ++k) {
          const Op made = order.ops[k];
          changed = changed || times.starts[k] != start || times.ends[k] != free_at;
          times.starts[k] = start;
          times.ends[k] = free_at;
          if (made.kind() == OpKind::kForward) {
            forward_ends(made.stage(), made.microbatch()) = free_at;
          } else if (made.kind() != OpKind::kBackwardWeight) {
            gradient_ends(made.stage(), made.microbatch()) = free_at;
          }
        }
        i += count - 1;
      }
    }
  }
  return times;
}

OraclePeak ReferencePeak(const Pipeline& pipeline, const Placement& placement, const Order& order,
                         const OracleTimes& times, int rank) {
  // Each (stage, microbatch) holds bytes from the start of its F; a part until
  // its I ends, the rest until its B or W ends.
  OraclePeak peak;
  const auto begin = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank)]);
  const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank) + 1]);
  for (size_t now = begin; now < end; ++now) {
    int64_t bytes = 0;
    int activations = 0;
    for (int s = 0; s < placement.num_stages(); ++s) {
      // A rank of two replicas holds two stages, of the first and the last microbatch.
      const int last_microbatch = pipeline.shape.num_microbatches - 1;
      if (placement.RankOf(s, 0) == rank || placement.RankOf(s, last_microbatch) == rank) {
        bytes += pipeline.stages[static_cast<size_t>(s)].static_bytes;
      }
    }
    // At the start of op `now`: what ops before it, or its fused partner, took
    // and ops that ended before it have not released.
    const bool first_of_pair = order.ops[now].fused() && order.ops[now].kind() == OpKind::kForward;
    for (size_t i = begin; i <= now + (first_of_pair ? 1 : 0); ++i) {
      const Op op = order.ops[i];
      const StageCost& cost = pipeline.stages[static_cast<size_t>(op.stage())];
      const bool block_of_now = i >= now || (order.ops[now].fused() && i + 1 == now &&
                                             order.ops[now].kind() == OpKind::kBackward);
      const bool ended = !block_of_now && times.ends[i] <= times.starts[now];
      if (op.kind() == OpKind::kForward) {
        bytes += cost.activation_bytes;
        ++activations;
      }
      if (!ended || op.kind() == OpKind::kForward) continue;
      if (op.kind() == OpKind::kBackward) bytes -= cost.activation_bytes;
      if (op.kind() == OpKind::kBackwardInput) {
        bytes -= cost.activation_bytes - cost.weight_grad_bytes;
      }
      if (op.kind() == OpKind::kBackwardWeight) bytes -= cost.weight_grad_bytes;
      if (op.kind() != OpKind::kBackwardInput) --activations;
    }
    peak.bytes = std::max(peak.bytes, bytes);
    peak.activations = std::max(peak.activations, activations);
  }
  return peak;
}

}  // namespace pipesched
