#include "engine/order/given_order.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/model/order_text.h"
#include "engine/order/registry.h"
#include "engine/sim/validate.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SizesOfTest, CountsLinesStagesAndMicrobatches) {
  const OrderSizes sizes = SizesOf(*ParseOrder("0F0 2F0\n3F4 1F0\n"));
  EXPECT_EQ(sizes.num_ranks, 2);
  EXPECT_EQ(sizes.num_stages, 4);
  EXPECT_EQ(sizes.num_microbatches, 5);
}

// The order of every kind says where its stages are, and is whole.
TEST(InferPlacementTest, FindsThePlacementOfEveryKind) {
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int v : {1, 2, 4}) {
      const PipelineShape shape{.num_ranks = 4, .chunks_per_rank = v, .num_microbatches = 8};
      if (!kind->check(shape, {}).empty()) continue;
      SCOPED_TRACE(kind->name);
      Pipeline pipeline = UniformPipeline(4 * v, 8, 1, 2);
      pipeline.shape = shape;
      const Order order = MakeOrder(kind->name, pipeline);
      const auto placement = InferPlacement(shape, order);
      ASSERT_THAT(placement, IsOk());
      EXPECT_EQ(*placement, MakePlacement(kind->placement, shape));
      EXPECT_THAT(FindOrderErrors(*placement, 8, order), IsEmpty());
    }
  }
}

TEST(InferPlacementTest, RefusesAStageOnTwoRanks) {
  const Order order = *ParseOrder("0F0 0B0 1F1 1B1\n1F0 1B0 0F1 0B1 0F2 0B2 1F2 1B2\n");
  const PipelineShape shape{.num_ranks = 2, .chunks_per_rank = 1, .num_microbatches = 3};
  EXPECT_THAT(InferPlacement(shape, order),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("rank 1 runs 1F0, whose stage is on rank 0")));
}

std::vector<std::string> ErrorsOf(const char* text, int num_stages, int num_microbatches) {
  const Order order = *ParseOrder(text);
  std::vector<int> rank_of_stage;
  for (int s = 0; s < num_stages; ++s) rank_of_stage.push_back(s % order.num_ranks());
  return FindOrderErrors(Placement(rank_of_stage, order.num_ranks()), num_microbatches, order);
}

TEST(FindOrderErrorsTest, NamesRankPlaceAndOp) {
  EXPECT_THAT(ErrorsOf("0F0 0B0\n1F0 1I0 1W0\n", 2, 1), IsEmpty());
  EXPECT_THAT(ErrorsOf("0F0 0F0 0B0\n1F0 1B0\n", 2, 1), ElementsAre("rank 0 #1 0F0: runs twice"));
  EXPECT_THAT(
      ErrorsOf("0F0 0B0 0W0\n1F0 1I0\n", 2, 1),
      ElementsAre("rank 0 #2 0W0: a second backward, want B, or I and W", "1W0: no rank runs it"));
  EXPECT_THAT(ErrorsOf("0F0 0B0 1B0\n1F0\n", 2, 1),
              ElementsAre("rank 0 #2 1B0: its stage is on rank 1"));
  EXPECT_THAT(ErrorsOf("0F0 0B0 2F0\n1F1 1B0\n", 2, 1),
              ElementsAre("rank 0 #2 2F0: stage 2, want [0, 1]",
                          "rank 1 #0 1F1: microbatch 1, want [0, 0]", "1F0: no rank runs it"));
  EXPECT_THAT(ErrorsOf("0F0 0F1 0W0\n1F0\n", 2, 1),
              ElementsAre("rank 0 #1 0F1: microbatch 1, want [0, 0]", "0I0: no rank runs it",
                          "1B0: no rank runs it, nor its I and W"));
}

TEST(FindOrderErrorsTest, CountsWhatIsFarTooShort) {
  EXPECT_THAT(ErrorsOf("0F0\n1F0\n", 2, 1 << 20),
              ElementsAre("2 ops, want a forward and a backward of each of 2 stages and 1048576 "
                          "microbatches: at least 4194304"));
}

TEST(FindOrderErrorsTest, StopsAt100) {
  std::string text;
  for (int j = 0; j < 400; ++j) text += "0F0 ";
  text.back() = '\n';
  EXPECT_EQ(ErrorsOf(text.c_str(), 1, 1).size(), 100);
}

// Any order of a random run is whole; without any one of its ops it is not.
TEST(FindOrderErrorsTest, MissesNoOp) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const PipelineShape shape{.num_ranks = 2, .chunks_per_rank = 2, .num_microbatches = 3};
    const Placement placement = RoundRobin(shape);
    const Order order = RandomOrder(placement, 3, /*with_pairs=*/false, random);
    EXPECT_THAT(FindOrderErrors(placement, 3, order), IsEmpty());
    Order shorter;
    for (int r = 0; r < 2; ++r) {
      for (const Op op : order.rank(r)) {
        if (op == order.ops[static_cast<size_t>(trial) % order.ops.size()]) continue;
        shorter.ops.push_back(op);
      }
      shorter.EndRank();
    }
    EXPECT_EQ(FindOrderErrors(placement, 3, shorter).size(), 1);
  }
}

}  // namespace
}  // namespace pipesched
