#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/model/placement.h"
#include "engine/model/ticks.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

TEST(OpTest, KeepsItsLargestNumbers) {
  const Op op(OpKind::kBackwardWeight, kMaxStages - 1, kMaxMicrobatches - 1, true);
  EXPECT_EQ(op.kind(), OpKind::kBackwardWeight);
  EXPECT_EQ(op.stage(), kMaxStages - 1);
  EXPECT_EQ(op.microbatch(), kMaxMicrobatches - 1);
  EXPECT_TRUE(op.fused());
}

TEST(OrderTextTest, WritesOpsPairsAndIdleRanks) {
  Order order;
  order.ops = {Op(OpKind::kForward, 0, 0), Op(OpKind::kForward, 10, 7, true),
               Op(OpKind::kBackward, 7, 3, true), Op(OpKind::kBackwardInput, 0, 1)};
  order.EndRank();
  order.EndRank();
  order.ops.emplace_back(OpKind::kBackwardWeight, 1, 1048575);
  order.EndRank();
  EXPECT_EQ(FormatOrder(order), "0F0 (10F7;7B3) 0I1\n\n1W1048575\n");
}

TEST(OrderTextTest, ReadsWhatItWrites) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const Pipeline pipeline = RandomPipeline(1 + trial % 4, 1 + trial % 2, 1 + trial % 5, random);
    const Order order = RandomOrder(RoundRobin(pipeline.shape), pipeline.shape.num_microbatches,
                                    /*with_pairs=*/true, random);
    const auto read = ParseOrder(FormatOrder(order));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, order);
  }
}

TEST(OrderTextTest, PartsAddUpToTheWholeText) {
  Order order;
  for (int r = 0; r < 3; ++r) {
    for (int j = 0; j < 20000; ++j) order.ops.emplace_back(OpKind::kForward, r, j);
    order.EndRank();
  }
  std::string expected;
  for (int r = 0; r < 3; ++r) {
    for (int j = 0; j < 20000; ++j) {
      absl::StrAppend(&expected, j > 0 ? " " : "", r, "F", j);
    }
    expected += "\n";
  }
  std::string text;
  int parts = 0;
  WriteOrder(order, [&](absl::string_view part) {
    text.append(part.data(), part.size());
    ++parts;
    return true;
  });
  EXPECT_EQ(text, expected);
  EXPECT_GT(parts, 3);
  EXPECT_FALSE(WriteOrder(order, [&parts](absl::string_view) { return --parts > 2; }));
  EXPECT_EQ(parts, 2);
}

TEST(OrderTextTest, RefusesWhatIsNotOfTheForm) {
  constexpr struct {
    const char* text;
    const char* where;
  } kCases[] = {
      {"0F0\r\n", "line 1, column 4: \"\\r\""},
      {"0F0 \n", "line 1, column 5"},      // space at the end
      {"0F0  0F1\n", "line 1, column 5"},  // two spaces
      {"0F0\n1X0\n", "line 2, column 1: \"1X0\""},
      {"0F0\n1F0 2BW0\n", "line 2, column 5: \"2BW0\""},
      {"-1F0\n", "line 1, column 1"},
      {"0F-1\n", "line 1, column 1"},
      {"F0\n", "line 1, column 1"},
      {"0F\n", "line 1, column 1"},
      {"99999999999F0\n", "line 1, column 1"},
      {"0F99999999999\n", "line 1, column 1"},
      {"16777216F0\n", "line 1, column 1"},
      {"(0B1;0F0)\n", "line 1, column 1"},  // a pair is F, then B
      {"(0F1;0W0)\n", "line 1, column 1"},
      {"(0F1 0B0)\n", "line 1, column 1"},
      {"(0F1;0B0\n", "line 1, column 1"},
      {"0F0\r\n", "line 1, column 4"},
      {"-0F0\n", "line 1, column 1"},
      {"0F-0\n", "line 1, column 1"},
      {"+0F0\n", "line 1, column 1"},
      {"0F00\n", "line 1, column 1"},
      {"007F1\n", "line 1, column 1"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(ParseOrder(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.where)))
        << c.text;
  }
}

TEST(TickScaleTest, IsNanoUnitsForOrdinaryTimes) {
  const TickScale scale = TickScale::ForTotal(1e6);
  EXPECT_EQ(scale.exponent(), -9);
  EXPECT_EQ(scale.ToTicks(0.1), 100'000'000);
  EXPECT_EQ(scale.ToTicks(18.522), 18'522'000'000);
  EXPECT_EQ(scale.ToUnits(55'800'000'000), 55.8);
}

TEST(TickScaleTest, GrowsByPowersOfTenUntilTheTotalFits) {
  const double limit = std::ldexp(1, 62);
  for (const double total : {0.0, 1.0, 4.6e9, 4.7e9, 1e12, 1e18, 4.7e18, 1e25, 1e100, 1e300}) {
    const TickScale scale = TickScale::ForTotal(total);
    EXPECT_LE(total / std::pow(10, scale.exponent()), limit * (1 + 1e-12)) << total;
    if (scale.exponent() > -9) {
      EXPECT_GT(total / std::pow(10, scale.exponent() - 1), limit * (1 - 1e-12)) << total;
    }
  }
  // Nanoseconds given as plain numbers: whole numbers stay exact.
  const TickScale nanoseconds = TickScale::ForTotal(1e14);
  EXPECT_EQ(nanoseconds.ToUnits(nanoseconds.ToTicks(123456789)), 123456789);
}

TEST(TickScaleTest, WholeUnitsComeBackWholeAboveTwoToThe53Ticks) {
  const TickScale scale = TickScale::ForTotal(3e13);
  EXPECT_EQ(scale.ToTicks(3938271486485), 393827148648500000);  // 1e-5 units a tick
  EXPECT_EQ(scale.ToUnits(393827148648500000), 3938271486485);
  EXPECT_EQ(scale.ToUnits(393827148648550000), 3938271486485.5);
}

TEST(TickScaleTest, PowersOfTenAreTheNearestDoubles) {
  EXPECT_EQ(TickScale::ForTotal(1e300).ToUnits(1), 1e282);
  EXPECT_EQ(TickScale::ForTotal(4e50).ToUnits(1), 1e32);
}

TEST(PlacementTest, LinearPutsStageOnItsRank) {
  const Placement placement =
      MakePlacement(PlacementKind::kLinear, {.num_ranks = 3, .num_microbatches = 1});
  EXPECT_EQ(placement.num_ranks(), 3);
  EXPECT_EQ(placement.num_stages(), 3);
  for (int s = 0; s < 3; ++s) {
    EXPECT_EQ(placement.RankOf(s, 0), s);
    EXPECT_THAT(placement.StagesOf(s), testing::ElementsAre(s));
  }
}

TEST(PlacementTest, WavesTurnAtTheLastAndTheFirstRank) {
  const PipelineShape shape{.num_ranks = 3, .chunks_per_rank = 4, .num_microbatches = 1};
  const Placement wave = MakePlacement(PlacementKind::kWave, shape);
  std::string ranks;
  for (int s = 0; s < 12; ++s) absl::StrAppend(&ranks, wave.RankOf(s, 0));
  EXPECT_EQ(ranks, "012210012210");
  const Placement v = MakePlacement(PlacementKind::kV, {.num_ranks = 3, .chunks_per_rank = 2});
  EXPECT_THAT(v.StagesOf(0), testing::ElementsAre(0, 5));
  EXPECT_THAT(v.StagesOf(2), testing::ElementsAre(2, 3));
}

TEST(PlacementTest, BidirectionalHasTwoReplicas) {
  const Placement placement =
      MakePlacement(PlacementKind::kBidirectional, {.num_ranks = 4, .num_microbatches = 6});
  EXPECT_EQ(placement.num_replicas(), 2);
  EXPECT_EQ(placement.num_stages(), 4);
  EXPECT_EQ(placement.RankOf(1, 2), 1);
  EXPECT_EQ(placement.RankOf(1, 3), 2);
  EXPECT_THAT(placement.StagesOf(0), testing::ElementsAre(0, 3));
}

// A turn of a V is free, every other boundary costs its own time.
TEST(PlacementTest, EdgesInsideARankAreFree) {
  Pipeline pipeline = UniformPipeline(4, 1, 1, 2, /*p2p=*/7);
  pipeline.shape = {.num_ranks = 2, .chunks_per_rank = 2, .num_microbatches = 1};
  pipeline.p2p_backward[0] = 9;
  const Placement v = MakePlacement(PlacementKind::kV, pipeline.shape);
  EXPECT_EQ(EdgeDelay(pipeline, v, 0, 1), 7);
  EXPECT_EQ(EdgeDelay(pipeline, v, 1, 2), 0);
  EXPECT_EQ(EdgeDelay(pipeline, v, 2, 1), 0);
  EXPECT_EQ(EdgeDelay(pipeline, v, 1, 0), 9);
}

}  // namespace
}  // namespace pipesched
