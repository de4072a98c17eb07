#include "engine/search/bound.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pipesched {
namespace {

class Ways {
 public:
  Ways(const Pipeline& pipeline, const Placement& placement, OpForms forms)
      : pipeline_(pipeline), placement_(placement), forms_(forms) {
    const int last = placement.num_stages() - 1;
    const auto count = static_cast<size_t>(last) + 1;
    in_.resize(count);
    out_.resize(count);
    up_.resize(count);
    for (int stage = 1; stage <= last; ++stage) {
      const auto s = static_cast<size_t>(stage);
      in_[s] = in_[s - 1] + Stage(s - 1).forward + EdgeDelay(pipeline, placement, stage - 1, stage);
      out_[s] = out_[s - 1] + InputGrad(s - 1) + EdgeDelay(pipeline, placement, stage, stage - 1);
    }
    up_[count - 1] = Stage(count - 1).forward;
    for (int stage = last - 1; stage >= 0; --stage) {
      const auto s = static_cast<size_t>(stage);
      up_[s] = Stage(s).forward + EdgeDelay(pipeline, placement, stage, stage + 1) + up_[s + 1] +
               InputGrad(s + 1) + EdgeDelay(pipeline, placement, stage + 1, stage);
    }
  }

  // The rank's work, less what fusing all but one forward can save.
  int64_t Work(int rank) const {
    int64_t work = 0;
    int64_t saving = 0;
    int64_t pairs = 0;
    for (const int a : placement_.StagesOf(rank)) {
      const auto s = static_cast<size_t>(a);
      work += (Stage(s).forward + Backward(s)) * Microbatches();
      pairs += Microbatches();
      if (!forms_.pairs) continue;
      for (const int b : placement_.StagesOf(rank)) {
        const auto t = static_cast<size_t>(b);
        saving = std::max(saving, Stage(s).forward + Backward(t) - PairTime(Stage(s), Stage(t)));
      }
    }
    return work - saving * std::max<int64_t>(0, pairs - 1);
  }

  // From the first F of a stage to the end of its last backward, on its rank.
  int64_t Span(int rank, size_t s) const { return Rounds(rank, s) + up_[s] + Backward(s); }

  // The same from time 0 to the end of all.
  int64_t Makespan(int rank, size_t s) const {
    const int64_t down = in_[s] + Rounds(rank, s) + up_[s];
    return std::max(
        down + Backward(s),
        s == 0 ? 0 : down + InputGrad(s) + out_[s] - out_[0] - InputGrad(0) + Backward(0));
  }

 private:
  const StageCost& Stage(size_t s) const { return pipeline_.stages[s]; }
  int64_t Microbatches() const {
    return pipeline_.shape.num_microbatches / placement_.num_replicas();
  }

  int64_t Backward(size_t s) const {
    const StageCost& cost = Stage(s);
    const int64_t split = cost.backward_input + cost.backward_weight;
    if (!forms_.split_backward) return cost.backward;
    return forms_.full_backward ? std::min(cost.backward, split) : split;
  }
  int64_t InputGrad(size_t s) const {
    const StageCost& cost = Stage(s);
    if (!forms_.split_backward) return cost.backward;
    return forms_.full_backward ? std::min(cost.backward, cost.backward_input)
                                : cost.backward_input;
  }

  // Time of the microbatches that must free memory before the last one starts.
  int64_t Rounds(int rank, size_t s) const {
    const StageCost& cost = Stage(s);
    if (pipeline_.memory_limit_bytes.empty() || cost.activation_bytes == 0) return 0;
    int64_t room = pipeline_.memory_limit_bytes[static_cast<size_t>(rank)];
    for (const int t : placement_.StagesOf(rank)) {
      room -= std::min(room, pipeline_.stages[static_cast<size_t>(t)].static_bytes);
    }
    const int64_t alive = std::max<int64_t>(1, room / cost.activation_bytes);
    const bool frees_at_weight = cost.weight_grad_bytes == cost.activation_bytes;
    return (Microbatches() - 1) / alive * (up_[s] + (frees_at_weight ? Backward(s) : InputGrad(s)));
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const OpForms forms_;
  std::vector<int64_t> in_;   // from time 0 to the first F of a stage
  std::vector<int64_t> up_;   // from the start of an F to where its backward can start
  std::vector<int64_t> out_;  // from the end of a stage's gradient to that of stage 0
};

}  // namespace

int64_t SearchBound(const Pipeline& pipeline, const Placement& placement, OpForms forms,
                    SearchObjective objective) {
  const bool spans = objective != SearchObjective::kMakespan;
  const Ways ways(pipeline, placement, forms);
  int64_t bound = spans ? 0 : LowerBound(pipeline, placement, forms);
  for (int r = 0; r < placement.num_ranks(); ++r) {
    if (spans) bound = std::max(bound, ways.Work(r));
    for (const int stage : placement.StagesOf(r)) {
      const auto s = static_cast<size_t>(stage);
      bound = std::max(bound, spans ? ways.Span(r, s) : ways.Makespan(r, s));
    }
  }
  return bound;
}

}  // namespace pipesched
