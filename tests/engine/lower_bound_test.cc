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
  Exhaustive(const Pipeline& pipeline, OpForms forms) : pipeline_(pipeline), forms_(forms) {}

  int64_t Best() {
    const int p = pipeline_.shape.num_ranks;
    const int m = pipeline_.shape.num_microbatches;
    forward_.assign(Index(p, 0), kNone);
    gradient_.assign(Index(p, 0), kNone);
    weight_.assign(Index(p, 0), kNone);
    free_at_.assign(static_cast<size_t>(p), 0);
    remaining_ = 2 * p * m;
    Try(0);
    return best_;
  }

 private:
  static constexpr int64_t kNone = -1;

  size_t Index(int stage, int microbatch) const {
    return static_cast<size_t>(stage * pipeline_.shape.num_microbatches + microbatch);
  }

  // Runs an op; `then` ops come or go with it.
  void Place(std::vector<int64_t>& table, int stage, int microbatch, int64_t ready, int64_t time,
             int64_t latest, int then = 0) {
    int64_t& free_at = free_at_[static_cast<size_t>(stage)];
    const int64_t old_free = free_at;
    const int64_t end = std::max(ready, old_free) + time;
    if (end >= best_) return;
    table[Index(stage, microbatch)] = end;
    free_at = end;
    remaining_ += then - 1;
    Try(std::max(latest, end));
    remaining_ -= then - 1;
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
          if (forms_.full_backward) {
            weight_[here] = 0;  // With the rest of the backward.
            Place(gradient_, s, j, ready, cost.backward, latest);
            weight_[here] = kNone;
          }
          if (forms_.split_backward) {
            Place(gradient_, s, j, ready, cost.backward_input, latest, /*then=*/1);
          }
        } else if (weight_[here] == kNone) {
          Place(weight_, s, j, gradient_[here], cost.backward_weight, latest);
        }
      }
    }
  }

  const Pipeline& pipeline_;
  const OpForms forms_;
  std::vector<int64_t> forward_, gradient_, weight_, free_at_;
  int remaining_ = 0;
  int64_t best_ = std::numeric_limits<int64_t>::max();
};

constexpr OpForms kFull{.full_backward = true, .split_backward = false, .pairs = false};
constexpr OpForms kSplit{.full_backward = false, .split_backward = true, .pairs = false};
constexpr OpForms kMixed{.full_backward = true, .split_backward = true, .pairs = false};

TEST(LowerBoundTest, IsNeverAboveTheBestOrder) {
  std::mt19937 random(5);
  const struct {
    int p, m;
    OpForms forms;
    int trials;
  } kCases[] = {{1, 2, kFull, 20},  {2, 1, kFull, 20},  {2, 2, kFull, 60},  {3, 1, kFull, 20},
                {2, 3, kFull, 20},  {3, 2, kFull, 20},  {2, 1, kSplit, 40}, {3, 1, kSplit, 40},
                {2, 2, kSplit, 40}, {1, 3, kSplit, 20}, {2, 1, kMixed, 40}, {3, 1, kMixed, 40},
                {2, 2, kMixed, 30}};
  int tight = 0;
  int trials = 0;
  for (const auto& c : kCases) {
    for (int trial = 0; trial < c.trials; ++trial) {
      const Pipeline pipeline = RandomPipeline(c.p, 1, c.m, random);
      const int64_t bound =
          LowerBound(pipeline, MakePlacement(PlacementKind::kLinear, pipeline.shape), c.forms);
      const int64_t best = Exhaustive(pipeline, c.forms).Best();
      EXPECT_LE(bound, best) << "P=" << c.p << " M=" << c.m << " B=" << c.forms.full_backward
                             << " I=" << c.forms.split_backward;
      tight += bound == best ? 1 : 0;
      ++trials;
    }
  }
  EXPECT_GT(tight, trials / 2);  // A bound that is mostly loose would be of little use.
}

// The least work of one rank with several stages, where an F and a B of different
// microbatches may run as a pair: by trying every order.
class ExhaustivePairs {
 public:
  explicit ExhaustivePairs(const Pipeline& pipeline) : pipeline_(pipeline) {
    const auto count = static_cast<size_t>(pipeline.shape.num_stages()) *
                       static_cast<size_t>(pipeline.shape.num_microbatches);
    done_.assign(count, {});
  }

  int64_t Best() {
    Try(0);
    return best_;
  }

 private:
  struct Done {
    bool forward = false;
    bool backward = false;
  };

  Done& At(int stage, int microbatch) {
    return done_[static_cast<size_t>(stage * pipeline_.shape.num_microbatches + microbatch)];
  }

  std::vector<Op> Ready() {
    std::vector<Op> ready;
    const int last = pipeline_.shape.num_stages() - 1;
    for (int s = 0; s <= last; ++s) {
      for (int j = 0; j < pipeline_.shape.num_microbatches; ++j) {
        const Done& here = At(s, j);
        if (!here.forward && (s == 0 || At(s - 1, j).forward)) {
          ready.emplace_back(OpKind::kForward, s, j);
        }
        if (here.forward && !here.backward && (s == last || At(s + 1, j).backward)) {
          ready.emplace_back(OpKind::kBackward, s, j);
        }
      }
    }
    return ready;
  }

  void Set(Op op, bool done) {
    Done& here = At(op.stage(), op.microbatch());
    (op.kind() == OpKind::kForward ? here.forward : here.backward) = done;
  }

  void Try(int64_t time) {
    if (time >= best_) return;
    const std::vector<Op> ready = Ready();
    if (ready.empty()) best_ = time;
    for (const Op op : ready) {
      const StageCost& cost = pipeline_.stages[static_cast<size_t>(op.stage())];
      Set(op, true);
      Try(time + cost.Time(op.kind()));
      for (const Op other : ready) {
        if (op.kind() != OpKind::kForward || other.kind() != OpKind::kBackward ||
            op.microbatch() == other.microbatch()) {
          continue;
        }
        Set(other, true);
        Try(time + PairTime(cost, pipeline_.stages[static_cast<size_t>(other.stage())]));
        Set(other, false);
      }
      Set(op, false);
    }
  }

  const Pipeline& pipeline_;
  std::vector<Done> done_;
  int64_t best_ = std::numeric_limits<int64_t>::max();
};

TEST(LowerBoundTest, IsNeverAboveTheBestOrderWithPairs) {
  std::mt19937 random(6);
  int fused = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Pipeline pipeline = RandomPipeline(1, 1 + trial % 2, 2 + trial % 2, random);
    const OpForms with_pairs{.full_backward = true, .split_backward = false, .pairs = true};
    const Placement placement = RoundRobin(pipeline.shape);
    const int64_t bound = LowerBound(pipeline, placement, with_pairs);
    const int64_t best = ExhaustivePairs(pipeline).Best();
    EXPECT_LE(bound, best) << trial;
    fused += best < LowerBound(pipeline, placement, kFull) ? 1 : 0;
  }
  EXPECT_GT(fused, 5);  // Pairs did shorten some.
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
