#include "engine/search/bound.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "absl/numeric/int128.h"

namespace pipesched {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// An op that takes a time and, for as long as it counts, holds bytes.
struct Held {
  int64_t bytes;
  int64_t time;
};

// No less than the most time of ops that fit into `room` together, `count` of each kind at
// most: as if the last could be cut.
int64_t MostTime(std::vector<Held> kinds, int64_t room, int64_t count) {
  std::sort(kinds.begin(), kinds.end(), [](const Held& a, const Held& b) {
    return absl::int128(a.time) * b.bytes > absl::int128(b.time) * a.bytes;
  });
  int64_t time = 0;
  int64_t least_bytes = kUnlimited;
  int64_t most_time = 0;
  int64_t left = room;
  for (const Held& kind : kinds) {
    least_bytes = std::min(least_bytes, kind.bytes);
    most_time = std::max(most_time, kind.time);
    const int64_t fit = kind.bytes == 0 ? count : std::min(count, left / kind.bytes);
    time += fit * kind.time;
    left -= fit * kind.bytes;
    if (fit == count) continue;
    const absl::int128 part = absl::int128(kind.time) * left;
    time += static_cast<int64_t>((part + kind.bytes - 1) / kind.bytes);
    break;
  }
  // And whole ones only: no more than fit of the smallest, each as long as the longest.
  if (least_bytes == 0) return time;
  const int64_t number = std::min(room / least_bytes, count * static_cast<int64_t>(kinds.size()));
  return std::min(time, number * most_time);
}

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

  // From a rank's first op to its last: its work, and where it must be idle before its first
  // backward, since memory holds fewer F than the way there takes.
  int64_t BusySpan(int rank) const { return Work(rank) + IdleBeforeBackward(rank); }

  // From the first op of the rank of stage 0 to its last, over another rank: down to that one's
  // first stage, its work but for the W that memory lets it leave for later, and back up.
  int64_t SpanOver(int rank) const {
    const auto s = static_cast<size_t>(placement_.StagesOf(rank).front());
    return in_[s] + BusySpan(rank) - LatestWeights(rank) + out_[s] - InputGrad(0) + Backward(0);
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

  // The rank's bytes for activations, or the largest int64 where there is no limit.
  int64_t Room(int rank) const {
    if (pipeline_.memory_limit_bytes.empty()) return kUnlimited;
    int64_t room = pipeline_.memory_limit_bytes[static_cast<size_t>(rank)];
    for (const int t : placement_.StagesOf(rank)) {
      room -= std::min(room, pipeline_.stages[static_cast<size_t>(t)].static_bytes);
    }
    return room;
  }

  // The most time that F can take before the first backward: nothing frees memory before.
  int64_t IdleBeforeBackward(int rank) const {
    const auto first = static_cast<size_t>(placement_.StagesOf(rank).front());
    const auto last = static_cast<size_t>(placement_.StagesOf(rank).back());
    std::vector<Held> forwards;
    for (const int stage : placement_.StagesOf(rank)) {
      const StageCost& cost = pipeline_.stages[static_cast<size_t>(stage)];
      forwards.push_back({cost.activation_bytes, cost.forward});
    }
    const int64_t way = in_[last] - in_[first] + up_[last];
    return std::max<int64_t>(0, way - MostTime(forwards, Room(rank), Microbatches()));
  }

  // The most time that W can take after the rank's last I: what they free is held until then.
  int64_t LatestWeights(int rank) const {
    if (!forms_.split_backward) return 0;
    std::vector<Held> weights;
    for (const int stage : placement_.StagesOf(rank)) {
      const StageCost& cost = pipeline_.stages[static_cast<size_t>(stage)];
      weights.push_back({cost.weight_grad_bytes, cost.backward_weight});
    }
    return MostTime(weights, Room(rank), Microbatches());
  }

  // Time of the microbatches that must free memory before the last one starts.
  int64_t Rounds(int rank, size_t s) const {
    const StageCost& cost = Stage(s);
    if (pipeline_.memory_limit_bytes.empty() || cost.activation_bytes == 0) return 0;
    const int64_t alive = std::max<int64_t>(1, Room(rank) / cost.activation_bytes);
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
    if (placement.num_replicas() == 1) {
      bound = std::max({bound, ways.SpanOver(r), spans ? ways.BusySpan(r) : 0});
    } else if (spans) {
      bound = std::max(bound, ways.Work(r));
    }
    for (const int stage : placement.StagesOf(r)) {
      const auto s = static_cast<size_t>(stage);
      bound = std::max(bound, spans ? ways.Span(r, s) : ways.Makespan(r, s));
    }
  }
  return bound;
}

}  // namespace pipesched
