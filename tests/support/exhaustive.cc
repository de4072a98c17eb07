#include "tests/support/exhaustive.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace pipesched {
namespace {

// Ops done of each stage: F, backward, W, one after another.
using Counts = std::vector<int>;

// When things are there: each rank is free, then for each stage the inputs of its next F
// and backwards that have arrived (those that have not are not in the list).
using Times = std::vector<int64_t>;

class Exhaustive {
 public:
  Exhaustive(const Pipeline& pipeline, const Placement& placement, bool split)
      : pipeline_(pipeline),
        placement_(placement),
        split_(split),
        stages_(placement.num_stages()),
        ranks_(placement.num_ranks()),
        microbatches_(pipeline.shape.num_microbatches) {}

  // Calls done(free times of the ranks) with every state in which all ops are done.
  template <typename Done>
  void Run(Done done) {
    std::map<Counts, std::vector<Times>> layer;
    layer[Counts(static_cast<size_t>(stages_) * 3, 0)] = {Times(static_cast<size_t>(ranks_), 0)};
    const int ops = stages_ * microbatches_ * (split_ ? 3 : 2);
    for (int i = 0; i < ops; ++i) {
      std::map<Counts, std::vector<Times>> next;
      for (const auto& [counts, all_times] : layer) {
        for (const Times& times : all_times) AddNext(counts, times, next);
      }
      layer = std::move(next);
    }
    for (const auto& [counts, all_times] : layer) {
      for (const Times& times : all_times) done(times);
    }
  }

 private:
  using Arrivals = std::vector<std::vector<int64_t>>;  // of F, then of backwards, by stage

  // Microbatches whose input of kind 0 (F) or 1 (backward) has come to a stage.
  int Come(const Counts& counts, int stage, int kind) const {
    const auto at = [&](int s, int k) {
      return counts[static_cast<size_t>(s) * 3 + static_cast<size_t>(k)];
    };
    if (kind == 0) return stage == 0 ? microbatches_ : at(stage - 1, 0);
    return stage == stages_ - 1 ? at(stage, 0) : std::min(at(stage, 0), at(stage + 1, 1));
  }

  bool HasRoom(const Counts& counts, int rank, int64_t more) const {
    if (pipeline_.memory_limit_bytes.empty()) return true;
    int64_t held = more;
    for (const int s : placement_.StagesOf(rank)) {
      const StageCost& cost = pipeline_.stages[static_cast<size_t>(s)];
      const auto i = static_cast<size_t>(s) * 3;
      const int64_t until_weight = split_ ? cost.weight_grad_bytes : 0;
      held += cost.static_bytes + counts[i] * cost.activation_bytes -
              counts[i + 1] * (cost.activation_bytes - until_weight) - counts[i + 2] * until_weight;
    }
    return held <= pipeline_.memory_limit_bytes[static_cast<size_t>(rank)];
  }

  // Inputs of other ranks that have come and are not used, behind the free times.
  Arrivals Unpack(const Counts& counts, const Times& times) const {
    Arrivals arrivals(static_cast<size_t>(stages_) * 2);
    size_t at = static_cast<size_t>(ranks_);
    for (int s = 0; s < stages_; ++s) {
      for (int kind = 0; kind < 2; ++kind) {
        const int done = counts[static_cast<size_t>(s) * 3 + static_cast<size_t>(kind)];
        for (int j = done; j < Sent(counts, s, kind); ++j) {
          arrivals[static_cast<size_t>(s) * 2 + static_cast<size_t>(kind)].push_back(times[at++]);
        }
      }
    }
    return arrivals;
  }

  // Microbatches whose input another stage has made.
  int Sent(const Counts& counts, int stage, int kind) const {
    if (kind == 0) return stage == 0 ? 0 : counts[static_cast<size_t>(stage - 1) * 3];
    return stage == stages_ - 1 ? 0 : counts[static_cast<size_t>(stage + 1) * 3 + 1];
  }

  void AddNext(const Counts& counts, const Times& times,
               std::map<Counts, std::vector<Times>>& next) const {
    for (int s = 0; s < stages_; ++s) {
      const int rank = placement_.RankOfReplica(s, 0);
      for (int kind = 0; kind < (split_ ? 3 : 2); ++kind) {
        const auto i = static_cast<size_t>(s) * 3 + static_cast<size_t>(kind);
        const StageCost& cost = pipeline_.stages[static_cast<size_t>(s)];
        const int ready = kind < 2 ? Come(counts, s, kind) : counts[i - 1];
        if (counts[i] >= std::min(ready, microbatches_)) continue;
        if (kind == 0 && !HasRoom(counts, rank, cost.activation_bytes)) continue;
        Arrivals arrivals = Unpack(counts, times);
        int64_t start = times[static_cast<size_t>(rank)];
        if (kind < 2) {
          auto& own = arrivals[static_cast<size_t>(s) * 2 + static_cast<size_t>(kind)];
          if (!own.empty()) {
            start = std::max(start, own[0]);
            own.erase(own.begin());
          }
        }
        const int64_t durations[] = {cost.forward, split_ ? cost.backward_input : cost.backward,
                                     cost.backward_weight};
        const int64_t end = start + durations[kind];
        Counts done = counts;
        ++done[i];
        if (kind == 0 && s + 1 < stages_) {
          arrivals[static_cast<size_t>(s + 1) * 2].push_back(
              end + EdgeDelay(pipeline_, placement_, s, s + 1));
        } else if (kind == 1 && s > 0) {
          arrivals[static_cast<size_t>(s - 1) * 2 + 1].push_back(
              end + EdgeDelay(pipeline_, placement_, s, s - 1));
        }
        Times after(times.begin(), times.begin() + ranks_);
        after[static_cast<size_t>(rank)] = end;
        for (size_t k = 0; k < arrivals.size(); ++k) {
          // Before its rank is free an input is of no use.
          const auto to = static_cast<size_t>(placement_.RankOfReplica(static_cast<int>(k / 2), 0));
          for (const int64_t time : arrivals[k]) after.push_back(std::max(time, after[to]));
        }
        Keep(std::move(after), next[done]);
      }
    }
  }

  // Adds a state unless another is nowhere later; drops those that it makes needless.
  static void Keep(Times times, std::vector<Times>& all) {
    const auto no_later = [](const Times& a, const Times& b) {
      for (size_t i = 0; i < a.size(); ++i) {
        if (a[i] > b[i]) return false;
      }
      return true;
    };
    for (const Times& other : all) {
      if (no_later(other, times)) return;
    }
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const Times& other) { return no_later(times, other); }),
              all.end());
    all.push_back(std::move(times));
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const bool split_;
  const int stages_, ranks_, microbatches_;
};

}  // namespace

ExhaustiveValues SearchExhaustively(const Pipeline& pipeline, const Placement& placement,
                                    bool split) {
  // A rank's first op is the F of its first stage, and so is that of all ranks on the way
  // there: no order starts it at another time.
  std::vector<int64_t> first;
  for (int r = 0; r < placement.num_ranks(); ++r) {
    int64_t start = 0;
    for (int s = 1; s <= placement.StagesOf(r)[0]; ++s) {
      start += pipeline.stages[static_cast<size_t>(s) - 1].forward +
               EdgeDelay(pipeline, placement, s - 1, s);
    }
    first.push_back(start);
  }
  ExhaustiveValues best;
  best.makespan = best.longest_rank_span = std::numeric_limits<int64_t>::max();
  Exhaustive(pipeline, placement, split).Run([&](const Times& ends) {
    int64_t makespan = 0;
    int64_t span = 0;
    for (size_t r = 0; r < first.size(); ++r) {
      makespan = std::max(makespan, ends[r]);
      span = std::max(span, ends[r] - first[r]);
    }
    best.makespan = std::min(best.makespan, makespan);
    best.longest_rank_span = std::min(best.longest_rank_span, span);
  });
  return best;
}

}  // namespace pipesched
