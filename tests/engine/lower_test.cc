#include "engine/exchange/lower.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/digest/sha256.h"
#include "engine/exchange/program.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/exchange/validate.h"
#include "engine/order/given_order.h"
#include "engine/sim/simulator.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

constexpr Transport kTransports[] = {Transport::kAsync, Transport::kPerEdgeFifo,
                                     Transport::kPerPairFifo, Transport::kRendezvous};

Program Read(const std::string& text) { return *ReadPyTorchCsv(text, CsvDialect::kPyTorch); }
std::string Text(const Program& program) { return FormatPyTorchCsv(program, CsvDialect::kPyTorch); }

std::string Sha256Hex(const std::string& text) {
  Sha256 hash;
  hash.Add(text);
  return Hex(hash.Finish());
}

TEST(LowerTest, EagerIsPyTorchs) {
  std::ifstream file(SourceFile("tests/golden/lowered.txt"));
  int compared = 0;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    SCOPED_TRACE(text.substr(0, 40));
    const std::vector<std::string> fields = absl::StrSplit(text, ' ');
    std::vector<int> rank_of_stage;
    for (const std::string& rank : std::vector<std::string>(absl::StrSplit(fields[2], ','))) {
      rank_of_stage.push_back(0);
      ASSERT_TRUE(absl::SimpleAtoi(rank, &rank_of_stage.back()));
    }
    std::string given;
    for (size_t i = 3; i + 1 < fields.size(); ++i) absl::StrAppend(&given, fields[i], "\n");
    const Program program = Read(given);
    const OrderSizes sizes = SizesOf(OrderOf(program));
    const absl::StatusOr<Program> lowered =
        LowerEager(Placement(rank_of_stage, program.num_ranks()), sizes.num_microbatches, program);
    ASSERT_THAT(lowered, IsOk());
    EXPECT_EQ(Sha256Hex(Text(*lowered)), fields.back());
    ++compared;
  }
  EXPECT_EQ(compared, 55);
}

TEST(LowerTest, APairCountsAsOneOpAndItsForwardIsSentFirst) {
  // Rank 0 holds stages 0 and 3, rank 1 stages 1 and 2.
  const Placement placement({0, 1, 1, 0}, 2);
  const Program program = Read(
      "0F0,3F0,0F1,(3F1;3B0)OVERLAP_F_B,0B0,3B1,0B1\n"
      "1F0,2F0,1F1,2F1,2B0,1B0,2B1,1B1\n");
  const auto lowered = LowerEager(placement, 2, program);
  ASSERT_THAT(lowered, IsOk());
  EXPECT_EQ(Text(*lowered),
            "0F0,0SEND_F0,3RECV_F0,3F0,0F1,0SEND_F1,3RECV_F1,(3F1;3B0)OVERLAP_F_B,3SEND_B0,"
            "0RECV_B0,0B0,3B1,3SEND_B1,0RECV_B1,0B1\n"
            "1RECV_F0,1F0,2F0,2SEND_F0,1RECV_F1,1F1,2F1,2SEND_F1,2RECV_B0,2B0,1B0,1SEND_B0,"
            "2RECV_B1,2B1,1B1,1SEND_B1\n");
}

TEST(LowerTest, AnOrderThatCannotRunIsRefused) {
  const Placement placement({0, 1}, 2);
  const Program program = Read("0B0,0F0\n1F0,1B0\n");
  const std::vector<int64_t> ends(4);
  EXPECT_THAT(LowerEager(placement, 1, program),
              StatusIs(absl::StatusCode::kFailedPrecondition, "rank 0 cannot run 0B0"));
  EXPECT_THAT(LowerSafe(placement, 1, program, ends),
              StatusIs(absl::StatusCode::kFailedPrecondition, "rank 0 cannot run 0B0"));
}

TEST(LowerTest, SafeReceivesAsLateAsTheSequenceLets) {
  // Ends: 0F0 1, 0F1 2, 1F0 2, 1B0 4, 1F1 5, 0B0 6, 1B1 7, 0B1 9.
  const Pipeline pipeline = UniformPipeline(2, 2, 1, 2);
  const Placement placement({0, 1}, 2);
  const Program program = Read("0F0,0F1,0B0,0B1\n1F0,1B0,1F1,1B1\n");
  const auto timeline = Simulate(pipeline, placement, OrderOf(program));
  ASSERT_THAT(timeline, IsOk());
  const auto lowered = LowerSafe(placement, 2, program, timeline->ends);
  ASSERT_THAT(lowered, IsOk());
  // Rank 1 takes 1RECV_F1 before it sends 1SEND_B0, since 0F1 ends before 1B0.
  EXPECT_EQ(Text(*lowered),
            "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
            "1RECV_F0,1F0,1B0,1RECV_F1,1SEND_B0,1F1,1B1,1SEND_B1\n");
}

// Every lowering keeps the ops, and is safe where it promises to be.
void ExpectGoodLowerings(const Pipeline& pipeline, const Placement& placement, const Order& order) {
  const int microbatches = pipeline.shape.num_microbatches;
  const Program program = ToProgram(order);
  const auto timeline = Simulate(pipeline, placement, order);
  ASSERT_THAT(timeline, IsOk());
  const auto safe = LowerSafe(placement, microbatches, program, timeline->ends);
  ASSERT_THAT(safe, IsOk());
  EXPECT_EQ(WithoutTransfers(*safe), program);
  for (const Transport transport : kTransports) {
    const auto validation = Validate(placement, microbatches, *safe, transport);
    ASSERT_THAT(validation, IsOk());
    for (const Finding& finding : validation->findings) {
      ADD_FAILURE() << TransportName(transport) << ": " << finding.message << "\n" << Text(*safe);
    }
  }
  const auto eager = LowerEager(placement, microbatches, program);
  ASSERT_THAT(eager, IsOk());
  EXPECT_EQ(WithoutTransfers(*eager), program);
  EXPECT_EQ(eager->num_actions(), safe->num_actions());
  const auto validation = Validate(placement, microbatches, *eager, Transport::kAsync);
  ASSERT_THAT(validation, IsOk());
  EXPECT_TRUE(validation->is_safe());
  // Its receives alone, placed again.
  const auto repaired =
      PlaceReceives(placement, microbatches, WithoutReceives(*eager), timeline->ends);
  ASSERT_THAT(repaired, IsOk());
  for (const Transport transport : kTransports) {
    const auto again = Validate(placement, microbatches, *repaired, transport);
    ASSERT_THAT(again, IsOk());
    EXPECT_TRUE(again->is_safe()) << TransportName(transport) << "\n" << Text(*repaired);
  }
}

TEST(LowerTest, SafeIsSafeUnderEveryTransportForEveryKind) {
  std::mt19937 random(3);
  int lowered = 0;
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int ranks : {1, 2, 3, 4}) {
      for (const int chunks : {1, 2, 4}) {
        Pipeline pipeline = RandomPipeline(ranks, chunks, 8, random);
        if (!kind->check(pipeline.shape, {}).empty()) continue;
        SCOPED_TRACE(absl::StrCat(kind->name, " ", ranks, " ", chunks));
        ExpectGoodLowerings(pipeline, MakePlacement(kind->placement, pipeline.shape),
                            MakeOrder(kind->name, pipeline));
        ++lowered;
      }
    }
  }
  EXPECT_GT(lowered, 50);
}

TEST(LowerTest, SafeIsSafeForRandomOrdersAndTimes) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    const int ranks = 1 + static_cast<int>(random() % 4);
    Pipeline pipeline = RandomPipeline(ranks, 1 + static_cast<int>(random() % 3),
                                       1 + static_cast<int>(random() % 5), random);
    if (i % 3 == 0) {  // Ops of no time: all ends are ties.
      for (StageCost& cost : pipeline.stages) {
        cost.backward = cost.backward_input = cost.backward_weight = 0;
        cost.overlapped_pair.reset();
      }
      for (int64_t& time : pipeline.p2p_forward) time = 0;
      for (int64_t& time : pipeline.p2p_backward) time = 0;
    }
    const Placement placement = RoundRobin(pipeline.shape);
    const Order order = RandomOrder(placement, pipeline.shape.num_microbatches, i % 2 == 0, random);
    ExpectGoodLowerings(pipeline, placement, order);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace pipesched
