// The parts of the search by themselves.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/model/slices.h"
#include "engine/search/bound.h"
#include "engine/search/exact.h"
#include "engine/search/list_schedule.h"
#include "engine/search/model.h"
#include "engine/search/timing.h"
#include "engine/search/weight_fill.h"
#include "tests/support/exhaustive.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

constexpr int64_t kNoBound = std::numeric_limits<int64_t>::max();

// Random times; each rank holds `alive` activations of each of its stages, which are alike.
Pipeline LimitedPipeline(int ranks, int chunks, int microbatches, int alive, std::mt19937& random) {
  Pipeline pipeline = RandomPipeline(ranks, chunks, microbatches, random);
  for (StageCost& cost : pipeline.stages) {
    cost.overlapped_pair.reset();
    cost.activation_bytes = 4;
    cost.weight_grad_bytes = static_cast<int64_t>(random() % 5);
    cost.static_bytes = 0;
  }
  pipeline.memory_limit_bytes.assign(static_cast<size_t>(ranks), int64_t{4} * chunks * alive);
  return pipeline;
}

int64_t ValueOf(SearchObjective objective, const RankTimes& times) {
  return objective == SearchObjective::kMakespan ? times.Makespan() : times.LongestRankSpan();
}

TEST(SearchExactlyTest, FindsWhatAnExhaustiveSearchFinds) {
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    const int ranks = 1 + i % 3;
    const int microbatches = 1 + i / 3 % 3;
    const bool split = i % 2 == 0;
    const Pipeline pipeline = LimitedPipeline(ranks, 1, microbatches, 1 + i % 2, random);
    const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
    const SearchModel model = MakeSearchModel(pipeline, placement, split);
    const ExhaustiveValues best = SearchExhaustively(pipeline, placement, split);
    for (const auto objective : {SearchObjective::kMakespan, SearchObjective::kLongestRankSpan}) {
      const int64_t optimum =
          objective == SearchObjective::kMakespan ? best.makespan : best.longest_rank_span;
      const ExactResult found = SearchExactly(model, objective, kNoBound, kNoBound, NeverCancelled);
      EXPECT_TRUE(found.complete);
      EXPECT_EQ(found.value, optimum);
      ASSERT_TRUE(found.better.has_value());
      for (int r = 0; r < ranks; ++r) {
        EXPECT_TRUE(IsLegal(model, r, (*found.better)[static_cast<size_t>(r)]));
      }
      Timing timing(model);
      ASSERT_TRUE(timing.Run(*found.better));
      EXPECT_EQ(ValueOf(objective, timing.times()), optimum);

      const ExactResult none = SearchExactly(model, objective, optimum, kNoBound, NeverCancelled);
      EXPECT_TRUE(none.complete);
      EXPECT_FALSE(none.better.has_value());
    }
  }
}

TEST(SearchExactlyTest, GivesUpWhereToldTo) {
  std::mt19937 random(4);
  const Pipeline pipeline = LimitedPipeline(4, 1, 8, 4, random);
  const SearchModel model =
      MakeSearchModel(pipeline, MakePlacement(PlacementKind::kLinear, pipeline.shape), true);
  const ExactResult few =
      SearchExactly(model, SearchObjective::kMakespan, kNoBound, 500, NeverCancelled);
  EXPECT_FALSE(few.complete);
  EXPECT_LE(few.states, 501);
  const ExactResult stopped =
      SearchExactly(model, SearchObjective::kMakespan, kNoBound, kNoBound, [] { return true; });
  EXPECT_FALSE(stopped.complete);
  EXPECT_LT(stopped.states, 1000);
}

TEST(WeightFillTest, FillsEveryWWithinMemoryAndKnowsTheTimes) {
  std::mt19937 random(5);
  int filled = 0;
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    const int ranks = 1 + i % 4;
    const int chunks = ranks > 1 ? 1 + i % 2 : 1;
    const Pipeline pipeline = LimitedPipeline(ranks, chunks, 6, 1 + i % 5, random);
    const Placement placement =
        MakePlacement(chunks == 1 ? PlacementKind::kLinear : PlacementKind::kV, pipeline.shape);
    const SearchModel model = MakeSearchModel(pipeline, placement, true);
    ListScheduler scheduler(model);
    ASSERT_TRUE(scheduler.Schedule(MakeRules(model, i % 6, i % 3 == 0)));
    const Sequences without = WithoutWeights(scheduler.sequences());
    WeightFill fill(model);
    const std::vector<int64_t> patience(static_cast<size_t>(ranks), i % 4);
    if (!fill.Run(without, patience, false, kNoBound)) continue;
    ++filled;
    for (int r = 0; r < ranks; ++r) {
      EXPECT_TRUE(IsLegal(model, r, fill.filled()[static_cast<size_t>(r)]));
    }
    EXPECT_EQ(WithoutWeights(fill.filled()), without);
    Timing timing(model);
    ASSERT_TRUE(timing.Run(fill.filled()));
    EXPECT_EQ(timing.times().ends, fill.times().ends);
    EXPECT_EQ(timing.times().starts, fill.times().starts);
    EXPECT_FALSE(fill.Run(without, patience, false, timing.times().Makespan() - 1));
  }
  EXPECT_GT(filled, 150);
}

// Setting 1 of the zero-bubble paper (arXiv 2401.10241) as a V whose ranks hold 8 microbatches
// until W: rank 7 starts 7 (F + c) after rank 0, waits 14c - 7 (F - I) more for its first I
// than its 16 F take, can leave 16 W until after its last I, and 7 (I + c) and one W later rank
// 0 ends.
TEST(SearchBoundTest, OfAVIsTheWayOverTheRankOfItsTurn) {
  constexpr int64_t kForward = 9'261'000, kInput = 9'043'000, kWeight = 4'668'500, kP2p = 601'000;
  Pipeline pipeline;
  pipeline.shape = {8, 2, 24};
  StageCost cost;
  cost.forward = kForward;
  cost.backward_input = kInput;
  cost.backward_weight = kWeight;
  cost.backward = kInput + kWeight;
  cost.activation_bytes = cost.weight_grad_bytes = 3;
  pipeline.stages.assign(16, cost);
  pipeline.p2p_forward = pipeline.p2p_backward = std::vector<int64_t>(15, kP2p);
  pipeline.memory_limit_bytes.assign(8, 16 * 3);
  const int64_t work = 48 * (kForward + kInput + kWeight);
  const int64_t idle = 14 * kP2p - 7 * (kForward - kInput);
  EXPECT_EQ(SearchBound(pipeline, MakePlacement(PlacementKind::kV, pipeline.shape),
                        {.full_backward = true, .split_backward = true},
                        SearchObjective::kLongestRankSpan),
            7 * (kForward + kP2p) + work + idle - 16 * kWeight + 7 * (kInput + kP2p) + kWeight);
}

}  // namespace
}  // namespace pipesched
