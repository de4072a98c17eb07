#include "engine/metrics/lower_bound.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace pipesched {
namespace {

class Bounds {
 public:
  Bounds(const Pipeline& pipeline, const Placement& placement, OpForms forms)
      : pipeline_(pipeline), placement_(placement), forms_(forms) {
    const auto num_stages = static_cast<size_t>(placement.num_stages());
    way_in_.resize(num_stages);
    way_out_.resize(num_stages);
    for (size_t s = 1; s < num_stages; ++s) {
      const int stage = static_cast<int>(s);
      way_in_[s] =
          way_in_[s - 1] + Stage(s - 1).forward + EdgeDelay(pipeline, placement, stage - 1, stage);
      way_out_[s] = way_out_[s - 1] + InputGrad(Stage(s - 1)) +
                    EdgeDelay(pipeline, placement, stage, stage - 1);
    }
  }

  int64_t OfRank(int rank) const {
    int64_t first_op = std::numeric_limits<int64_t>::max();
    int64_t last_op = std::numeric_limits<int64_t>::max();
    int64_t work = 0;
    for (const int stage : placement_.StagesOf(rank)) {
      const auto s = static_cast<size_t>(stage);
      first_op = std::min(first_op, way_in_[s]);
      last_op = std::min(last_op, way_out_[s]);
      work += (Stage(s).forward + Backward(Stage(s))) * MicrobatchesAStage();
    }
    if (work == 0) return 0;  // No stage.
    return first_op + work - PairSaving(rank) + (forms_.split_backward ? 0 : last_op);
  }

  // The longest chain that ends with the weights of a stage.
  int64_t OfChains() const {
    const size_t last = way_in_.size() - 1;
    const int64_t forwards = way_in_[last] + Stage(last).forward;
    const int64_t loss_to_end = way_out_[last] + InputGrad(Stage(last));
    int64_t longest = 0;
    for (size_t s = 0; s <= last; ++s) {
      // Down to the start of stage s's backward, then all of it.
      const int64_t down = loss_to_end - way_out_[s] - InputGrad(Stage(s));
      longest = std::max(longest, forwards + down + Backward(Stage(s)));
    }
    return longest;
  }

 private:
  const StageCost& Stage(size_t s) const { return pipeline_.stages[s]; }

  // That a rank runs of each of its stages.
  int64_t MicrobatchesAStage() const {
    return pipeline_.shape.num_microbatches / placement_.num_replicas();
  }

  // Least time of a stage's whole backward.
  int64_t Backward(const StageCost& cost) const {
    const int64_t split = cost.backward_input + cost.backward_weight;
    if (!forms_.split_backward) return cost.backward;
    return forms_.full_backward ? std::min(cost.backward, split) : split;
  }

  // Least time of the op that makes a stage's gradient.
  int64_t InputGrad(const StageCost& cost) const {
    if (!forms_.split_backward) return cost.backward;
    return forms_.full_backward ? std::min(cost.backward, cost.backward_input)
                                : cost.backward_input;
  }

  int64_t PairSaving(int rank) const {
    if (!forms_.pairs) return 0;
    int64_t most = 0;
    const std::vector<int>& stages = placement_.StagesOf(rank);
    for (const int a : stages) {
      for (const int b : stages) {
        const StageCost& forward = Stage(static_cast<size_t>(a));
        const StageCost& backward = Stage(static_cast<size_t>(b));
        most = std::max(most, forward.forward + Backward(backward) - PairTime(forward, backward));
      }
    }
    const auto n = static_cast<int64_t>(stages.size()) * MicrobatchesAStage();
    return (n - 1) * most;
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const OpForms forms_;
  std::vector<int64_t> way_in_;   // earliest start of F(s, 0)
  std::vector<int64_t> way_out_;  // least time from the end of a backward of stage s to the end
};

}  // namespace

OpForms FormsOf(const Order& order) {
  unsigned seen = 0;  // a bit a kind, and one for fused ops
  constexpr unsigned kFused = 1U << kNumOpKinds;
  for (const Op op : order.ops) {
    seen |= 1U << static_cast<unsigned>(op.kind()) | (op.fused() ? kFused : 0U);
  }
  const auto has = [seen](OpKind kind) { return (seen >> static_cast<unsigned>(kind) & 1U) != 0; };
  return {.full_backward = has(OpKind::kBackward),
          .split_backward = has(OpKind::kBackwardInput),
          .pairs = (seen & kFused) != 0};
}

int64_t LowerBound(const Pipeline& pipeline, const Placement& placement, OpForms forms) {
  const Bounds bounds(pipeline, placement, forms);
  int64_t bound = bounds.OfChains();
  for (int r = 0; r < placement.num_ranks(); ++r) bound = std::max(bound, bounds.OfRank(r));
  return bound;
}

}  // namespace pipesched
