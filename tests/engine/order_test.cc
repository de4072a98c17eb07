#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/order/passes.h"
#include "engine/order/phases.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

// F = I = W = 1, B = 2.
Order Make(const char* kind, int num_ranks, int num_microbatches, int chunks = 1, int group = 0) {
  Pipeline pipeline = UniformPipeline(num_ranks * chunks, num_microbatches, 1, 2);
  pipeline.shape = {
      .num_ranks = num_ranks, .chunks_per_rank = chunks, .num_microbatches = num_microbatches};
  return MakeOrder(kind, pipeline, {.microbatch_group_size = group});
}

TEST(ScheduleKindTest, WritesItsRule) {
  constexpr struct {
    const char* kind;
    int ranks, microbatches;
    const char* order;
  } kCases[] = {
      {"gpipe", 2, 3,
       "0F0 0F1 0F2 0B0 0B1 0B2\n"
       "1F0 1F1 1F2 1B0 1B1 1B2\n"},
      {"1f1b", 1, 2, "0F0 0B0 0F1 0B1\n"},
      {"1f1b", 2, 1,  // M < P: rank 0 has no steady state.
       "0F0 0B0\n"
       "1F0 1B0\n"},
      {"1f1b", 3, 4,
       "0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3\n"
       "1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3\n"
       "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3\n"},
      {"1f1b", 4, 2,
       "0F0 0F1 0B0 0B1\n"
       "1F0 1F1 1B0 1B1\n"
       "2F0 2F1 2B0 2B1\n"
       "3F0 3B0 3F1 3B1\n"},
      {"eager_1f1b", 3, 6,
       "0F0 0F1 0F2 0F3 0F4 0B0 0F5 0B1 0B2 0B3 0B4 0B5\n"
       "1F0 1F1 1F2 1B0 1F3 1B1 1F4 1B2 1F5 1B3 1B4 1B5\n"
       "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3 2F4 2B4 2F5 2B5\n"},
      {"1f1b_overlap", 3, 4,
       "0F0 0F1 0F2 0F3 0B0 0B1 0B2 0B3\n"
       "1F0 1F1 1F2 (1F3;1B0) 1B1 1B2 1B3\n"
       "2F0 (2F1;2B0) (2F2;2B1) (2F3;2B2) 2B3\n"},
      {"zb_h1", 3, 5,
       "0F0 0F1 0F2 0I0 0W0 0F3 0I1 0W1 0F4 0I2 0W2 0I3 0W3 0I4 0W4\n"
       "1F0 1F1 1I0 1F2 1I1 1W0 1F3 1I2 1W1 1F4 1I3 1W2 1I4 1W3 1W4\n"
       "2F0 2I0 2F1 2I1 2F2 2I2 2W0 2F3 2I3 2W1 2F4 2I4 2W2 2W3 2W4\n"},
      {"zb_h1", 3, 1,
       "0F0 0I0 0W0\n"
       "1F0 1I0 1W0\n"
       "2F0 2I0 2W0\n"},
      {"zb_h2", 3, 5,
       "0F0 0F1 0F2 0F3 0F4 0I0 0W0 0I1 0W1 0I2 0W2 0I3 0W3 0I4 0W4\n"
       "1F0 1F1 1F2 1I0 1F3 1I1 1F4 1I2 1W0 1I3 1W1 1I4 1W2 1W3 1W4\n"
       "2F0 2I0 2F1 2I1 2F2 2I2 2F3 2I3 2F4 2I4 2W0 2W1 2W2 2W3 2W4\n"},
      {"eager_1f1b", 3, 2,
       "0F0 0F1 0B0 0B1\n"
       "1F0 1F1 1B0 1B1\n"
       "2F0 2B0 2F1 2B1\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(FormatOrder(Make(c.kind, c.ranks, c.microbatches)), c.order)
        << c.kind << " P=" << c.ranks << " M=" << c.microbatches;
  }
}

TEST(ScheduleKindTest, WritesItsRuleWithChunks) {
  constexpr struct {
    const char* kind;
    int ranks, chunks, microbatches, group;
    const char* order;
  } kCases[] = {
      {"interleaved_1f1b", 2, 2, 4, 2,
       "0F0 0F1 2F0 2F1 0F2 2B0 0F3 2B1 2F2 0B0 2F3 0B1 2B2 2B3 0B2 0B3\n"
       "1F0 1F1 3F0 3B0 3F1 3B1 1F2 1B0 1F3 1B1 3F2 3B2 3F3 3B3 1B2 1B3\n"},
      {"interleaved_1f1b_overlap", 2, 2, 4, 0,
       "0F0 0F1 2F0 2F1 0F2 (0F3;2B0) (2F2;2B1) (2F3;0B0) 0B1 2B2 2B3 0B2 0B3\n"
       "1F0 1F1 3F0 (3F1;3B0) (1F2;3B1) (1F3;1B0) (3F2;1B1) (3F3;3B2) 3B3 1B2 1B3\n"},
      {"looped_bfs", 2, 2, 2, 0,
       "0F0 0F1 2F0 2F1 2B1 2B0 0B1 0B0\n"
       "1F0 1F1 3F0 3F1 3B1 3B0 1B1 1B0\n"},
      {"interleaved_zb", 2, 2, 4, 0,
       "0F0 0F1 2F0 2F1 2I0 2W0 0F2 2I1 2W1 0F3 0I0 0W0 2F2 0I1 0W1 2F3 2I2 2W2 2I3 2W3 0I2 0W2 "
       "0I3 0W3\n"
       "1F0 1F1 3F0 3I0 3F1 3I1 3W0 1F2 1I0 3W1 1F3 1I1 1W0 3F2 3I2 1W1 3F3 3I3 3W2 1I2 3W3 1I3 "
       "1W2 1W3\n"},
      {"zbv", 2, 2, 4, 0,
       "0F0 0F1 0F2 3F0 3I0 3W0 3F1 3I1 3W1 0F3 0I0 0W0 3F2 3I2 3W2 0I1 0W1 3F3 3I3 3W3 0I2 0W2 "
       "0I3 0W3\n"
       "1F0 2F0 1F1 2F1 2I0 2W0 1F2 1I0 1W0 2F2 2I1 2W1 1F3 1I1 1W1 2F3 2I2 2W2 1I2 2I3 1I3 1W2 "
       "2W3 1W3\n"},
      {"dualpipe_v", 2, 2, 4, 0,
       "0F0 0F1 0F2 3F0 3I0 3W0 3F1 (0F3;3B1) (3F2;0B0) 3B2 (3F3;0B1) 3B3 0I2 0W2 0I3 0W3\n"
       "1F0 2F0 1F1 2F1 1F2 2B0 (2F2;1B0) (1F3;2B1) (2F3;1B1) 2B2 1B2 2I3 1I3 2W3 1W3\n"},
      // Two 1F1B orders of one microbatch each, mirrored.
      {"chimera", 2, 1, 2, 0,
       "0F0 1F1 1B1 0B0\n"
       "0F1 1F0 1B0 0B1\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(FormatOrder(Make(c.kind, c.ranks, c.microbatches, c.chunks, c.group)), c.order)
        << c.kind;
  }
}

TEST(InterleavedTableTest, TakesGroupsChunkByChunk) {
  const Table table = MakeInterleavedTable(
      {.num_ranks = 2, .chunks_per_rank = 2, .num_microbatches = 5}, /*group_size=*/3);
  std::string microbatches;
  std::string chunks;
  for (const TableEntry& entry : table) {
    absl::StrAppend(&microbatches, entry.microbatch);
    absl::StrAppend(&chunks, entry.chunk);
  }
  EXPECT_EQ(microbatches, "0120123434");
  EXPECT_EQ(chunks, "0001110011");
}

TEST(ScheduleKindTest, RunsEachOpOnceOnItsRankAndNeverDeadlocks) {
  std::map<absl::string_view, int> shapes_run;
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (int p = 1; p <= 9; ++p) {
      for (int v = 1; v <= 4; ++v) {
        for (int m = 1; m <= 12; ++m) {
          for (int group = 0; group <= (kind->takes_group_size ? m + 1 : 0); ++group) {
            const PipelineShape shape{.num_ranks = p, .chunks_per_rank = v, .num_microbatches = m};
            const ScheduleParams params{.microbatch_group_size = group};
            if (!kind->check(shape, params).empty()) continue;
            ++shapes_run[kind->name];
            SCOPED_TRACE(absl::StrCat(kind->name, " P=", p, " V=", v, " M=", m, " g=", group));
            Pipeline pipeline = UniformPipeline(p * v, m, 1, 2);
            pipeline.shape = shape;
            const Order order = MakeOrder(kind->name, pipeline, params);
            const Placement placement = MakePlacement(kind->placement, shape);
            ASSERT_EQ(order.num_ranks(), p);
            std::map<std::tuple<int, int>, std::map<OpKind, int>> times_run;
            for (int r = 0; r < p; ++r) {
              for (const Op op : order.rank(r)) {
                EXPECT_EQ(placement.RankOf(op.stage(), op.microbatch()), r);
                ++times_run[{op.stage(), op.microbatch()}][op.kind()];
              }
            }
            EXPECT_EQ(times_run.size(), static_cast<size_t>(p * v * m));
            using Once = std::map<OpKind, int>;
            const Once whole = {{OpKind::kForward, 1}, {OpKind::kBackward, 1}};
            const Once split = {
                {OpKind::kForward, 1}, {OpKind::kBackwardInput, 1}, {OpKind::kBackwardWeight, 1}};
            for (const auto& [stage_and_microbatch, ops] : times_run) {
              EXPECT_TRUE(ops == whole || (kind->ops_per_microbatch == 3 && ops == split));
            }
            EXPECT_LE(order.num_ops(), kind->ops_per_microbatch * p * v * m);
            EXPECT_THAT(Simulate(pipeline, placement, order), IsOk());
          }
        }
      }
    }
  }
  EXPECT_EQ(shapes_run.size(), KindsWithOrders().size());
  for (const auto& [name, count] : shapes_run) EXPECT_GE(count, 9) << name;
}

TEST(LegalityTest, StatesTheRuleAndTheNearestLegalValues) {
  const auto rules = [](const char* kind, int p, int v, int m, int group) {
    std::string result;
    for (const RuleViolation& broken : FindScheduleKind(kind)->check(
             {.num_ranks = p, .chunks_per_rank = v, .num_microbatches = m},
             {.microbatch_group_size = group})) {
      absl::StrAppend(&result, broken.rule, "\n");
    }
    return result;
  };
  EXPECT_EQ(rules("interleaved_1f1b", 4, 2, 10, 8),
            "with group 8 needs M >= 8 and M mod 8 = 0 or >= 4; nearest 8, 12\n");
  EXPECT_EQ(rules("interleaved_1f1b", 4, 2, 12, 8), "");
  EXPECT_EQ(rules("interleaved_1f1b", 4, 2, 3, 0),
            "with group 4 needs M >= 4 and M mod 4 = 0 or >= 4; nearest 4\n");
  EXPECT_EQ(rules("interleaved_1f1b", 4, 2, 8, 3), "needs a group of at least P = 4; nearest 4\n");
  EXPECT_EQ(rules("interleaved_zb", 4, 2, 9, 0),
            "needs M divisible by max(1, M div P) = 2; nearest 8, 10\n");
  EXPECT_EQ(rules("interleaved_zb", 4, 2, 3, 0), "");
  EXPECT_EQ(rules("looped_bfs", 4, 1, 3, 0), "holds several stages a rank, want 2 or more\n");
  EXPECT_EQ(rules("1f1b", 4, 2, 3, 0), "holds one stage a rank, want 1\n");
  EXPECT_EQ(rules("zbv", 4, 1, 3, 0), "holds two stages a rank, want 2\n");
  EXPECT_EQ(rules("wave", 4, 3, 3, 0), "holds an even number of stages a rank; nearest 2, 4\n");
  EXPECT_EQ(rules("dualpipe", 3, 1, 7, 0),
            "needs an even number of ranks; nearest 2, 4\n"
            "needs an even M >= 6; nearest 6, 8\n");
  EXPECT_EQ(rules("dualpipe", 4, 1, 6, 0), "needs an even M >= 8; nearest 8\n");
  EXPECT_EQ(rules("dualpipe_v", 4, 2, 7, 0), "needs M >= 2P = 8; nearest 8\n");
  EXPECT_EQ(rules("chimera", 1, 2, 1, 0),
            "holds one stage a rank, want 1\n"
            "needs an even number of ranks; nearest 2\n"
            "needs an even M >= 2; nearest 2\n");
}

TEST(ScheduleKindTest, IsFoundByItsName) {
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    EXPECT_EQ(FindScheduleKind(kind.name), &kind);
    EXPECT_FALSE(kind.description.empty() || kind.legality.empty() || kind.source.empty());
  }
  EXPECT_EQ(FindScheduleKind("1F1B"), nullptr);
  EXPECT_EQ(FindScheduleKind(""), nullptr);
}

TEST(PassesTest, SplitAndMergeBackward) {
  constexpr struct {
    const char* whole;
    const char* split;
  } kCases[] = {
      {"0F0 0B0\n", "0F0 0I0 0W0\n"},
      {"0F0 0F1 0B0 0B1\n\n", "0F0 0F1 0I0 0W0 0I1 0W1\n\n"},
      {"0F0 (0F1;0B0) 0B1\n", "0F0 (0F1;0B0) 0I1 0W1\n"},  // A pair keeps its B.
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(FormatOrder(SplitBackward(*ParseOrder(c.whole))), c.split);
    EXPECT_EQ(FormatOrder(MergeBackward(*ParseOrder(c.split))), c.whole);
  }
  // Only halves of the same stage and microbatch that follow each other.
  EXPECT_EQ(FormatOrder(MergeBackward(*ParseOrder("0I0 0I1 0W0 0W1 0I2\n0W0 0I0\n"))),
            "0I0 0I1 0W0 0W1 0I2\n0W0 0I0\n");
}

}  // namespace
}  // namespace pipesched
