#include "engine/metrics/lower_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "engine/model/order_text.h"
#include "engine/sim/simulator.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

// The smallest makespan over all orders of a linear pipeline, by trying them:
// at each step every op that is ready is tried next on its rank.
class Exhaustive {
 public:
  Exhaustive(const Pipeline& pipeline, bool split) : pipeline_(pipeline), split_(split) {}

  int64_t Best() {
    const int p = pipeline_.shape.num_ranks;
    const int m = pipeline_.shape.num_microbatches;
    forward_.assign(Index(p, 0), kNone);
    gradient_.assign(Index(p, 0), kNone);
    weight_.assign(Index(p, 0), kNone);
    free_at_.assign(static_cast<size_t>(p), 0);
    remaining_ = p * m * (split_ ? 3 : 2);
    Try(0);
    return best_;
  }

 private:
  static constexpr int64_t kNone = -1;

  size_t Index(int stage, int microbatch) const {
    return static_cast<size_t>(stage * pipeline_.shape.num_microbatches + microbatch);
  }

  void Place(std::vector<int64_t>& table, int stage, int microbatch, int64_t ready, int64_t time,
             int64_t latest) {
    int64_t& free_at = free_at_[static_cast<size_t>(stage)];
    const int64_t old_free = free_at;
    const int64_t end = std::max(ready, old_free) + time;
    if (end >= best_) return;
    table[Index(stage, microbatch)] = end;
    free_at = end;
    --remaining_;
    Try(std::max(latest, end));
    ++remaining_;
    free_at = old_free;
    table[Index(stage, microbatch)] = kNone;
  }

  void Try(int64_t latest) {
    if (remaining_ == 0) {
      best_ = std::min(best_, latest);
      return;
    }
    const int p = pipeline_.shape.num_ranks;
    const int m = pipeline_.shape.num_microbatches;
    for (int s = 0; s < p; ++s) {
      const StageCost& cost = pipeline_.stages[static_cast<size_t>(s)];
      for (int j = 0; j < m; ++j) {
        const size_t here = Index(s, j);
        if (forward_[here] == kNone) {
          // Microbatches are alike: a later one never needs to go first.
          if (j > 0 && forward_[here - 1] == kNone) continue;
          if (s > 0 && forward_[Index(s - 1, j)] == kNone) continue;
          const int64_t ready = s == 0 ? 0
                                       : forward_[Index(s - 1, j)] +
                                             pipeline_.p2p_forward[static_cast<size_t>(s - 1)];
          Place(forward_, s, j, ready, cost.forward, latest);
        } else if (gradient_[here] == kNone) {
          if (s + 1 < p && gradient_[Index(s + 1, j)] == kNone) continue;
          int64_t ready = forward_[here];
          if (s + 1 < p) {
            ready = std::max(
                ready, gradient_[Index(s + 1, j)] + pipeline_.p2p_backward[static_cast<size_t>(s)]);
          }
          Place(gradient_, s, j, ready, split_ ? cost.backward_input : cost.backward, latest);
        } else if (split_ && weight_[here] == kNone) {
          Place(weight_, s, j, gradient_[here], cost.backward_weight, latest);
        }
      }
    }
  }

  const Pipeline& pipeline_;
  const bool split_;
  std::vector<int64_t> forward_, gradient_, weight_, free_at_;
  int remaining_ = 0;
  int64_t best_ = std::numeric_limits<int64_t>::max();
};

TEST(LowerBoundTest, IsNeverAboveTheBestOrder) {
  std::mt19937 random(5);
  constexpr struct {
    int p, m;
    bool split;
    int trials;
  } kCases[] = {{1, 2, false, 20}, {2, 1, false, 20}, {2, 2, false, 60}, {3, 1, false, 20},
                {2, 3, false, 20}, {3, 2, false, 20}, {2, 1, true, 40},  {3, 1, true, 40},
                {2, 2, true, 40},  {1, 3, true, 20}};
  int tight = 0;
  int trials = 0;
  for (const auto& c : kCases) {
    for (int trial = 0; trial < c.trials; ++trial) {
      const Pipeline pipeline = RandomPipeline(c.p, 1, c.m, random);
      const OpForms forms{.full_backward = !c.split, .split_backward = c.split};
      const int64_t bound =
          LowerBound(pipeline, MakePlacement(PlacementKind::kLinear, pipeline.shape), forms);
      const int64_t best = Exhaustive(pipeline, c.split).Best();
      EXPECT_LE(bound, best) << "P=" << c.p << " M=" << c.m << " split=" << c.split;
      tight += bound == best ? 1 : 0;
      ++trials;
    }
  }
  EXPECT_GT(tight, trials / 2);  // A bound that is mostly loose would be of little use.
}

TEST(LowerBoundTest, IsTheFormulaForUnsplitLinearPipelines) {
  Pipeline pipeline = UniformPipeline(3, 4, 1, 2);
  pipeline.stages[1].forward = 5;
  pipeline.p2p_forward = {10, 100};
  pipeline.p2p_backward = {1000, 10000};
  const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
  // Rank 2: in (1 + 10) + (5 + 100), work 4 * 3, out (2 + 1000) + (2 + 10000).
  EXPECT_EQ(LowerBound(pipeline, placement, {.full_backward = true}), 11 + 105 + 12 + 1002 + 10002);
}

TEST(LowerBoundTest, CountsTheSmallerFormAndThePairs) {
  // One rank, 3 microbatches: F 4, B 6, I + W 2 + 3, a pair takes 7.
  Pipeline pipeline = UniformPipeline(1, 3, 4, 6);
  pipeline.stages[0].backward_input = 2;
  pipeline.stages[0].backward_weight = 3;
  const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
  const auto bound = [&](OpForms forms) { return LowerBound(pipeline, placement, forms); };
  EXPECT_EQ(bound({.full_backward = true}), 3 * 10);
  EXPECT_EQ(bound({.split_backward = true}), 3 * 9);
  EXPECT_EQ(bound({.full_backward = true, .split_backward = true}), 3 * 9);
  pipeline.stages[0].overlapped_pair = 7;
  EXPECT_EQ(bound({.full_backward = true, .pairs = true}), 3 * 10 - 2 * (10 - 7));
}

TEST(FormsOfTest, FindsWhatAnOrderUses) {
  const OpForms full = FormsOf(*ParseOrder("0F0 0B0\n"));
  EXPECT_TRUE(full.full_backward && !full.split_backward && !full.pairs);
  const OpForms mixed = FormsOf(*ParseOrder("0F0 (0F1;0B0) 0I1 0W1\n"));
  EXPECT_TRUE(mixed.full_backward && mixed.split_backward && mixed.pairs);
}

}  // namespace
}  // namespace pipesched
