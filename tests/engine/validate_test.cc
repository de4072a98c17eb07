#include "engine/exchange/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/order/given_order.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"
#include "tests/support/transport_oracle.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Transport kTransports[] = {Transport::kAsync, Transport::kPerEdgeFifo,
                                     Transport::kPerPairFifo, Transport::kRendezvous};

Program Read(const std::string& text) { return *ReadPyTorchCsv(text, CsvDialect::kPyTorch); }

Validation Check(const Program& program, Transport transport) {
  int stages = 1;
  int microbatches = 1;
  for (const Action action : program.actions) {
    stages = std::max(stages, action.stage() + 1);
    microbatches = std::max(microbatches, action.microbatch() + 1);
  }
  return *Validate(PlacementByFirstUse(program, stages), microbatches, program, transport);
}

// "RULE rank 0 #1 0F0: message" of each finding.
std::vector<std::string> Findings(const std::string& text,
                                  Transport transport = Transport::kPerPairFifo) {
  std::vector<std::string> result;
  for (const Finding& f : Check(Read(text), transport).findings) {
    result.push_back(absl::StrCat(RuleName(f.rule), " rank ", f.rank, " #", f.index, " ", f.action,
                                  ": ", f.message));
  }
  return result;
}

TEST(ValidateTest, SaysWhatIsWrongWithOps) {
  EXPECT_THAT(Findings("0F0,0B0\n1F0,1B0\n"), IsEmpty());
  EXPECT_THAT(Findings("0F0,0I0,0W0\n1F0,1B0\n"), IsEmpty());
  EXPECT_THAT(Findings("0F0,0F0,0B0\n1F0,1B0\n"),
              ElementsAre("DUPLICATE rank 0 #1 0F0: is at rank 0 #0 already"));
  EXPECT_THAT(Findings("0F0,0B0,0W0\n1F0,1I0,1W0,1B0\n"),
              ElementsAre("DUPLICATE rank 0 #2 0W0: is a second backward beside 0B0 at rank 0 #1, "
                          "want B, or I and W",
                          "DUPLICATE rank 1 #3 1B0: is a second backward beside 1I0 at rank 1 #1, "
                          "want B, or I and W"));
  EXPECT_THAT(Findings("0F0,0F1,0B0\n1F0,1I0,1F1,1W1\n"),
              ElementsAre("MISSING rank 0 #-1 0B1: no rank runs it, nor its I and W",
                          "MISSING rank 1 #-1 1W0: no rank runs it",
                          "MISSING rank 1 #-1 1I1: no rank runs it"));
  EXPECT_THAT(Findings("0F0,1B0,0B0\n1F0\n"),
              ElementsAre("STAGE_ON_TWO_RANKS rank 1 #0 1F0: its stage is on rank 0"));
  EXPECT_THAT(Findings("0F0,0W0,0I0\n"),
              ElementsAre("OUT_OF_ORDER rank 0 #1 0W0: is before 0I0 at rank 0 #2",
                          "CYCLE rank 0 #1 0W0: rank 0 #1 0W0 waits for rank 0 #2 0I0 behind rank "
                          "0 #1 0W0"));
}

TEST(ValidateTest, SaysWhatIsOutsideTheSizes) {
  const Program program = Read("0F0,0B0,0F7,3F0\n");
  const auto validation = Validate(Placement({0}, 1), 1, program, Transport::kAsync);
  ASSERT_THAT(validation, IsOk());
  ASSERT_EQ(validation->findings.size(), 2U);
  EXPECT_EQ(validation->findings[0].message, "microbatch 7, want [0, 0]");
  EXPECT_EQ(validation->findings[1].message, "stage 3, want [0, 0]");
}

TEST(ValidateTest, SaysWhichCircleTheOpsAreIn) {
  EXPECT_THAT(Findings("0F1,0F0,0B0,0B1\n1F0,1B0,1F1,1B1\n"), IsEmpty());
  EXPECT_THAT(Findings("0F0,0B0,0F1,0B1\n1F0,1F1,1B0,1B1\n"),
              ElementsAre("CYCLE rank 0 #1 0B0: rank 0 #1 0B0 waits for rank 1 #2 1B0 behind rank "
                          "1 #1 1F1 waits for rank 0 #2 0F1 behind rank 0 #1 0B0"));
  // The backward of a fused pair waits too.
  EXPECT_THAT(
      Findings("0F0,(0F1;0B0)OVERLAP_F_B,0B1\n1F0,1F1,1B0,1B1\n"),
      ElementsAre(HasSubstr("rank 0 #1 0F1 waits for rank 1 #2 1B0 behind rank 1 #1 1F1 waits for "
                            "rank 0 #1 0F1")));
}

TEST(ValidateTest, SaysWhatIsWrongWithTransfers) {
  EXPECT_THAT(Findings("0F0,0SEND_F0,0RECV_B0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n"), IsEmpty());
  EXPECT_THAT(Findings("0F0,0SEND_F0,0B0\n1F0,1B0,1SEND_B0\n"),
              ElementsAre("UNMATCHED_TRANSFER rank 0 #1 0SEND_F0: no rank has its 1RECV_F0",
                          "UNMATCHED_TRANSFER rank 1 #2 1SEND_B0: no rank has its 0RECV_B0"));
  EXPECT_THAT(Findings("0F0,0RECV_B0,0B0\n1F0,1B0,1SEND_B0\n"),
              ElementsAre("UNMATCHED_TRANSFER rank 1 #0 1F0: no rank has the 1RECV_F0 of its "
                          "input, nor the SEND"));
  EXPECT_THAT(Findings("0SEND_F0,0F0,0RECV_B0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0,1SEND_F0\n"),
              ElementsAre("OUT_OF_ORDER rank 0 #0 0SEND_F0: is before 0F0 at rank 0 #1",
                          "UNMATCHED_TRANSFER rank 1 #4 1SEND_F0: there is no stage 2"));
  EXPECT_THAT(Findings("0F0,0SEND_F0,1RECV_F0,1F0,1B0,0B0\n"),
              ElementsAre("UNMATCHED_TRANSFER rank 0 #1 0SEND_F0: stage 1 is on the same rank: "
                          "nothing is to be sent",
                          "UNMATCHED_TRANSFER rank 0 #2 1RECV_F0: stage 0 is on the same rank: "
                          "nothing is to be sent"));
  EXPECT_THAT(Findings("0F0,0SEND_F0,0SEND_F0,0RECV_B0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n"),
              ElementsAre("DUPLICATE rank 0 #2 0SEND_F0: is at rank 0 #1 already"));
}

// Known hang patterns, and the transports under which they hang.
struct Hang {
  const char* text;
  bool hangs[4];  // async, per_edge_fifo, per_pair_fifo, rendezvous
};

void ExpectHangs(const Hang& hang) {
  const Program program = Read(hang.text);
  for (size_t t = 0; t < 4; ++t) {
    SCOPED_TRACE(absl::StrCat(TransportName(kTransports[t]), "\n", hang.text));
    const Validation validation = Check(program, kTransports[t]);
    EXPECT_EQ(!validation.is_safe(), hang.hangs[t]);
    EXPECT_EQ(!ReferenceFinishes(program, kTransports[t]), hang.hangs[t]);
    if (hang.hangs[t]) {
      EXPECT_EQ(validation.findings[0].rule, Rule::kDeadlock);
    }
  }
}

TEST(ValidateTest, KnowsCrissCrossedSends) {
  ExpectHangs(
      {"0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
       "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\n",
       {false, false, true, true}});
  EXPECT_THAT(Findings("0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
                       "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\n",
                       Transport::kRendezvous),
              ElementsAre("DEADLOCK rank 0 #3 0SEND_F1: rank 0 #3 0SEND_F1 waits for rank 1 #4 "
                          "1RECV_F1 behind rank 1 #3 1SEND_B0 waits for rank 0 #4 0RECV_B0 behind "
                          "rank 0 #3 0SEND_F1"));
}

TEST(ValidateTest, KnowsAReceiveMovedBeforeTheSendThatFeedsIt) {
  // Rank 0 asks for the gradient before it sends the activation.
  ExpectHangs(
      {"0F0,0RECV_B0,0SEND_F0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n", {false, false, true, true}});
  EXPECT_THAT(Findings("0F0,0RECV_B0,0SEND_F0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n"),
              ElementsAre("DEADLOCK rank 0 #1 0RECV_B0: rank 0 #1 0RECV_B0 waits for rank 1 #3 "
                          "1SEND_B0 behind rank 1 #1 1F0 waits for rank 1 #0 1RECV_F0 waits for "
                          "rank 0 #2 0SEND_F0 behind rank 0 #1 0RECV_B0"));
  // A receive behind the op that needs it.
  ExpectHangs({"0F0,0SEND_F0,0B0,0RECV_B0\n1RECV_F0,1F0,1B0,1SEND_B0\n", {true, true, true, true}});
}

TEST(ValidateTest, KnowsReceivesInAnotherSequenceThanTheSends) {
  ExpectHangs(
      {"0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
       "1RECV_F1,1F1,1RECV_F0,1F0,1B0,1SEND_B0,1B1,1SEND_B1\n",
       {false, true, true, true}});
}

// What is safe under a transport is safe under those before it too.
TEST(ValidateTest, AgreesWithTheOracleOnRandomPrograms) {
  std::mt19937 random(11);
  int deadlocks[4] = {};
  int cycles = 0;
  constexpr int kPrograms = 4000;
  for (int i = 0; i < kPrograms; ++i) {
    const PipelineShape shape{1 + static_cast<int>(random() % 4),
                              1 + static_cast<int>(random() % 2),
                              1 + static_cast<int>(random() % 3)};
    const Placement placement = RoundRobin(shape);
    const int microbatches = shape.num_microbatches;
    Order order = RandomOrder(placement, microbatches, i % 2 == 0, random);
    Program program = ToProgram(order);
    if (i % 5 == 0 &&
        std::none_of(order.ops.begin(), order.ops.end(), [](Op op) { return op.fused(); })) {
      // Ops of a rank in any sequence: mostly cycles.
      for (int r = 0; r < program.num_ranks(); ++r) {
        const auto begin = program.actions.begin() + program.rank_offsets[static_cast<size_t>(r)];
        const auto end = program.actions.begin() + program.rank_offsets[static_cast<size_t>(r) + 1];
        std::shuffle(begin, end, random);
      }
      const Validation validation = *Validate(placement, microbatches, program, Transport::kAsync);
      const bool has_cycle = std::any_of(validation.findings.begin(), validation.findings.end(),
                                         [](const Finding& f) { return f.rule == Rule::kCycle; });
      ASSERT_EQ(has_cycle, !ReferenceFinishes(program, std::nullopt));
      cycles += has_cycle ? 1 : 0;
      continue;
    }
    // PyTorch's lowering, with some receives elsewhere.
    program = *LowerEager(placement, microbatches, program);
    for (int moves = static_cast<int>(random() % 4); moves > 0; --moves) {
      const auto r = static_cast<size_t>(random() % static_cast<size_t>(program.num_ranks()));
      const auto begin = static_cast<size_t>(program.rank_offsets[r]);
      const auto size = static_cast<size_t>(program.rank_offsets[r + 1]) - begin;
      if (size < 2) continue;
      const size_t from = begin + random() % size;
      const size_t to = begin + random() % size;
      const auto actions = program.actions.begin();
      if (!IsReceive(program.actions[from].kind())) continue;
      // Not into a pair.
      const bool splits =
          from < to
              ? to + 1 < program.actions.size() && program.actions[to].fused() &&
                    program.actions[to].kind() == ActionKind::kForward
              : program.actions[to].fused() && program.actions[to].kind() == ActionKind::kBackward;
      if (splits) continue;
      if (from < to) {
        std::rotate(actions + static_cast<ptrdiff_t>(from),
                    actions + static_cast<ptrdiff_t>(from) + 1,
                    actions + static_cast<ptrdiff_t>(to) + 1);
      } else {
        std::rotate(actions + static_cast<ptrdiff_t>(to), actions + static_cast<ptrdiff_t>(from),
                    actions + static_cast<ptrdiff_t>(from) + 1);
      }
    }
    bool before_hangs = false;
    for (size_t t = 0; t < 4; ++t) {
      const Validation validation = *Validate(placement, microbatches, program, kTransports[t]);
      const bool hangs = !ReferenceFinishes(program, kTransports[t]);
      ASSERT_EQ(!validation.is_safe(), hangs) << TransportName(kTransports[t]) << "\n"
                                              << FormatPyTorchCsv(program, CsvDialect::kPyTorch);
      ASSERT_TRUE(hangs || !before_hangs);
      before_hangs = hangs;
      deadlocks[t] += hangs ? 1 : 0;
    }
  }
  EXPECT_GT(cycles, 100);
  EXPECT_GT(deadlocks[0], 50);
  EXPECT_GT(deadlocks[1], deadlocks[0] + 50);
  EXPECT_GT(deadlocks[2], deadlocks[1] + 50);
  EXPECT_GT(deadlocks[3], deadlocks[2]);
  EXPECT_LT(deadlocks[3], kPrograms * 3 / 4);
}

TEST(ValidateTest, OrdersOfEveryKindAreSafe) {
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int chunks : {1, 2, 4}) {
      Pipeline pipeline = UniformPipeline(4 * chunks, 8, 2, 4);
      pipeline.shape = {4, chunks, 8};
      if (!kind->check(pipeline.shape, {}).empty()) continue;
      const auto validation =
          Validate(MakePlacement(kind->placement, pipeline.shape), 8,
                   ToProgram(MakeOrder(kind->name, pipeline)), Transport::kPerPairFifo);
      ASSERT_THAT(validation, IsOk());
      for (const Finding& f : validation->findings) ADD_FAILURE() << kind->name << f.message;
    }
  }
}

TEST(ValidateTest, BoundsWhatItKeeps) {
  // 3,000 findings; the circle is told all the same.
  std::string text = "0B0,0F0";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&text, ",0F0");
  const Validation validation = Check(Read(text + "\n"), Transport::kAsync);
  EXPECT_EQ(validation.num_findings, 3002);
  EXPECT_EQ(validation.findings.size(), Validation::kMostFindings + 1);
  EXPECT_EQ(validation.findings.back().rule, Rule::kCycle);
  // Sizes that would take far more memory than the file.
  EXPECT_THAT(Findings("16777215F1073741823\n"),
              ElementsAre(HasSubstr("1 ops, want a forward and a backward of each of 16777216 "
                                    "stages and 1073741824 microbatches")));
}

TEST(ValidateTest, StopsWhenItIsCancelled) {
  EXPECT_THAT(
      Validate(Placement({0}, 1), 1, Read("0F0,0B0\n"), Transport::kAsync, [] { return true; }),
      StatusIs(absl::StatusCode::kCancelled, HasSubstr("cancelled")));
}

}  // namespace
}  // namespace pipesched
