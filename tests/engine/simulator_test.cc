#include "engine/sim/simulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/order/passes.h"
#include "engine/order/registry.h"
#include "tests/support/kinds.h"
#include "tests/support/oracle.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::ElementsAre;

Placement Linear(const Pipeline& pipeline) {
  return MakePlacement(PlacementKind::kLinear, pipeline.shape);
}

TEST(SimulateTest, ChargesP2pBetweenRanksOnly) {
  // Two stages on each of two ranks, V placement: 1 -> 2 stays on rank 1.
  Pipeline pipeline = UniformPipeline(4, 1, 1, 2, /*p2p=*/10);
  pipeline.shape = {.num_ranks = 2, .chunks_per_rank = 2, .num_microbatches = 1};
  const Placement v({0, 1, 1, 0}, 2);
  const auto timeline = Simulate(pipeline, v, *ParseOrder("0F0 3F0 3B0 0B0\n1F0 2F0 2B0 1B0\n"));
  ASSERT_THAT(timeline, IsOk());
  EXPECT_THAT(timeline->starts, ElementsAre(0, 23, 24, 50, 11, 12, 36, 38));
  EXPECT_EQ(timeline->makespan, 52);
}

TEST(SimulateTest, ChargesEachBoundaryAndDirectionItsOwnTime) {
  Pipeline pipeline = UniformPipeline(3, 1, 1, 2);
  pipeline.p2p_forward = {10, 20};
  pipeline.p2p_backward = {300, 400};
  const auto timeline =
      Simulate(pipeline, Linear(pipeline), *ParseOrder("0F0 0B0\n1F0 1B0\n2F0 2B0\n"));
  ASSERT_THAT(timeline, IsOk());
  EXPECT_THAT(timeline->starts, ElementsAre(0, 737, 11, 435, 32, 33));
}

TEST(SimulateTest, GradientOfEitherKindUnblocksThePreviousStage) {
  const Pipeline pipeline = UniformPipeline(2, 1, 1, 4);
  const auto timeline = Simulate(pipeline, Linear(pipeline), *ParseOrder("0F0 0B0\n1F0 1I0 1W0\n"));
  ASSERT_THAT(timeline, IsOk());
  EXPECT_THAT(timeline->starts, ElementsAre(0, 4, 1, 2, 4));  // 0B0 waits for 1I0 alone.
}

TEST(SimulateTest, PairStartsWhenBothCouldAndEndsAsOneBlock) {
  Pipeline pipeline = UniformPipeline(2, 2, 1, 2);
  pipeline.stages[1].overlapped_pair = 2;
  const auto timeline =
      Simulate(pipeline, Linear(pipeline), *ParseOrder("0F0 0F1 0B0 0B1\n1F0 (1F1;1B0) 1B1\n"));
  ASSERT_THAT(timeline, IsOk());
  EXPECT_THAT(timeline->starts, ElementsAre(0, 1, 4, 6, 1, 2, 2, 4));
  EXPECT_THAT(timeline->ends, ElementsAre(1, 2, 6, 8, 2, 4, 4, 6));
}

TEST(SimulateTest, AgreesWithTheSlowOracle) {
  std::mt19937 random(2026);
  for (int trial = 0; trial < 3000; ++trial) {
    const int p = 1 + trial % 4;
    const int v = 1 + trial / 4 % 2;
    const int m = 1 + trial / 8 % 6;
    const Pipeline pipeline = RandomPipeline(p, v, m, random);
    const Placement placement = RoundRobin(pipeline.shape);
    const Order order = RandomOrder(placement, m, /*with_pairs=*/trial % 3 == 0, random);
    const auto timeline = Simulate(pipeline, placement, order);
    ASSERT_THAT(timeline, IsOk()) << FormatOrder(order);
    const OracleTimes expected = ReferenceTimes(pipeline, placement, order);
    ASSERT_EQ(timeline->starts, expected.starts) << FormatOrder(order);
    ASSERT_EQ(timeline->ends, expected.ends) << FormatOrder(order);
  }
}

TEST(SimulateTest, AgreesWithTheSlowOracleOnEveryKind) {
  std::mt19937 random(7);
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (int p = 1; p <= 4; ++p) {
      for (int m = 1; m <= 6; ++m) {
        SCOPED_TRACE(absl::StrCat(kind->name, " P=", p, " M=", m));
        int chunks = 1;
        while (chunks < 3 && !kind->check({p, chunks, m}, {}).empty()) ++chunks;
        if (!kind->check({p, chunks, m}, {}).empty()) continue;
        const Pipeline pipeline = RandomPipeline(p, chunks, m, random);
        const Placement placement = MakePlacement(kind->placement, pipeline.shape);
        for (const Order& order :
             {MakeOrder(kind->name, pipeline), SplitBackward(MakeOrder(kind->name, pipeline))}) {
          const auto timeline = Simulate(pipeline, placement, order);
          ASSERT_THAT(timeline, IsOk());
          EXPECT_EQ(timeline->starts, ReferenceTimes(pipeline, placement, order).starts);
        }
      }
    }
  }
}

TEST(SimulateTest, ScalingAllTimesScalesTheTimeline) {
  std::mt19937 random(3);
  const Pipeline pipeline = RandomPipeline(4, 1, 6, random);
  Pipeline scaled = pipeline;
  for (StageCost& cost : scaled.stages) {
    for (int64_t* time :
         {&cost.forward, &cost.backward, &cost.backward_input, &cost.backward_weight}) {
      *time *= 1000;
    }
  }
  for (int64_t& time : scaled.p2p_forward) time *= 1000;
  for (int64_t& time : scaled.p2p_backward) time *= 1000;
  const Order order = MakeOrder("1f1b", pipeline);
  const auto timeline = Simulate(pipeline, Linear(pipeline), order);
  const auto scaled_timeline = Simulate(scaled, Linear(pipeline), order);
  ASSERT_THAT(scaled_timeline, IsOk());
  for (size_t i = 0; i < order.ops.size(); ++i) {
    EXPECT_EQ(scaled_timeline->starts[i], 1000 * timeline->starts[i]);
  }
}

// Which number a microbatch has changes nothing.
TEST(SimulateTest, NumberingMicrobatchesAnewChangesNoTime) {
  std::mt19937 random(4);
  constexpr int kMicrobatches = 7;
  for (const char* kind : {"gpipe", "1f1b", "1f1b_overlap", "zb_h1", "zb_h2"}) {
    const Pipeline pipeline = RandomPipeline(4, 1, kMicrobatches, random);
    Order order = MakeOrder(kind, pipeline);
    const auto timeline = Simulate(pipeline, Linear(pipeline), order);
    ASSERT_THAT(timeline, IsOk());
    std::vector<int> numbers(kMicrobatches);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::shuffle(numbers.begin(), numbers.end(), random);
    for (Op& op : order.ops) {
      op = Op(op.kind(), op.stage(), numbers[static_cast<size_t>(op.microbatch())], op.fused());
    }
    const auto renumbered = Simulate(pipeline, Linear(pipeline), order);
    ASSERT_THAT(renumbered, IsOk());
    EXPECT_EQ(renumbered->starts, timeline->starts) << kind;
    EXPECT_EQ(renumbered->makespan, timeline->makespan) << kind;
  }
}

TEST(SimulateTest, DeadlockSaysWhoWaitsForWhom) {
  constexpr struct {
    const char* order;
    const char* message;
  } kCases[] = {
      {"0B0 0F0\n1F0 1B0\n",
       "order deadlocks: rank 0 at 0B0 waits for 1B0; rank 1 at 1F0 waits for 0F0"},
      {"0F0 0B0\n1B0 1F0\n",
       "order deadlocks: rank 0 at 0B0 waits for 1B0; rank 1 at 1B0 waits "
       "for 1F0"},
      {"0F0 0W0 0I0\n1F0 1I0 1W0\n", "order deadlocks: rank 0 at 0W0 waits for 0I0"},
      {"0F0 0B0\n1F0\n", "order deadlocks: rank 0 at 0B0 waits for 1B0, which no rank runs"},
      {"(0F1;0B0) 0F0 0B1\n1F0 1B0 1F1 1B1\n",
       "order deadlocks: rank 0 at 0B0 waits for 1B0; rank 1 at 1F0 waits for 0F0"},
  };
  const Pipeline pipeline = UniformPipeline(2, 2, 1, 2);
  for (const auto& c : kCases) {
    EXPECT_THAT(Simulate(pipeline, Linear(pipeline), *ParseOrder(c.order)),
                StatusIs(absl::StatusCode::kFailedPrecondition, c.message))
        << c.order;
  }
}

TEST(SimulateTest, DeadlockOfManyRanksNamesTheFirst) {
  const Pipeline pipeline = UniformPipeline(12, 1, 1, 2);
  std::string text;
  for (int s = 0; s < 12; ++s) absl::StrAppend(&text, s, "B0 ", s, "F0\n");
  EXPECT_THAT(Simulate(pipeline, Linear(pipeline), *ParseOrder(text)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::AllOf(testing::HasSubstr("rank 7 at 7B0 waits for 8B0"),
                                      testing::EndsWith("; and 4 more ranks"))));
}

TEST(SimulateTest, StopsWhenCancelled) {
  const Pipeline pipeline = UniformPipeline(64, 4096, 1, 2);
  const Order order = MakeOrder("1f1b", pipeline);
  int polls = 0;
  const auto cancelled = [&polls] { return ++polls == 2; };
  EXPECT_THAT(Simulate(pipeline, Linear(pipeline), order, cancelled),
              StatusIs(absl::StatusCode::kCancelled, testing::_));
  EXPECT_EQ(polls, 2);
  int all_polls = 0;
  EXPECT_THAT(Simulate(pipeline, Linear(pipeline), order, [&all_polls] { return ++all_polls < 0; }),
              IsOk());
  EXPECT_GE(all_polls, 4);  // 524,288 ops.
}

}  // namespace
}  // namespace pipesched
