#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/convert/pipeline.h"
#include "daemon/convert/schedule.h"
#include "tests/daemon/requests.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "field = description" of each violation.
std::vector<std::string> Texts(const Violations& violations) {
  std::vector<std::string> texts;
  for (const Violation& violation : violations.list()) {
    texts.push_back(absl::StrCat(violation.field, " = ", violation.description));
  }
  return texts;
}

std::vector<std::string> ViolationsOf(const v1::Pipeline& request) {
  Violations violations;
  const auto shape = ConvertShape(request, std::nullopt, Limits{}, violations);
  const bool converted = ConvertPipeline(request, shape, violations).has_value();
  EXPECT_EQ(converted, violations.empty());
  return Texts(violations);
}

std::vector<std::string> ViolationsOf(absl::string_view pipeline) {
  return ViolationsOf(Parse<v1::Pipeline>(pipeline));
}

Pipeline Convert(absl::string_view text) {
  Violations violations;
  const auto request = Parse<v1::Pipeline>(text);
  const auto pipeline = ConvertPipeline(
      request, ConvertShape(request, std::nullopt, Limits{}, violations), violations);
  EXPECT_THAT(Texts(violations), IsEmpty()) << text;
  return *pipeline;
}

constexpr int64_t kUnit = 1'000'000'000;  // ticks

TEST(ConvertPipelineTest, Defaults) {
  const Pipeline pipeline = Convert("num_stages: 3 num_microbatches: 5");
  EXPECT_EQ(pipeline.shape.num_ranks, 3);
  EXPECT_EQ(pipeline.shape.chunks_per_rank, 1);
  EXPECT_EQ(pipeline.shape.num_microbatches, 5);
  ASSERT_EQ(pipeline.stages.size(), 3u);
  for (const StageCost& cost : pipeline.stages) {
    EXPECT_EQ(cost.forward, kUnit);
    EXPECT_EQ(cost.backward, 2 * kUnit);
    EXPECT_EQ(cost.backward_input, kUnit);
    EXPECT_EQ(cost.backward_weight, kUnit);
    EXPECT_FALSE(cost.overlapped_pair.has_value());
    EXPECT_EQ(cost.activation_bytes, 0);
    EXPECT_EQ(cost.weight_grad_bytes, 0);
    EXPECT_EQ(cost.static_bytes, 0);
  }
  EXPECT_THAT(pipeline.p2p_forward, ElementsAre(0, 0));
  EXPECT_THAT(pipeline.p2p_backward, ElementsAre(0, 0));
  EXPECT_THAT(pipeline.memory_limit_bytes, IsEmpty());
}

TEST(ConvertPipelineTest, ResolvesBackwardHalvesAndSums) {
  constexpr struct {
    const char* cost;
    double backward, input, weight;
  } kCases[] = {
      {"", 2, 1, 1},
      {"backward: 3", 3, 1.5, 1.5},
      {"backward: 0", 0, 0, 0},
      {"backward_input: 1.5 backward_weight: 0.25", 1.75, 1.5, 0.25},
      {"backward_input: 1.5", 2, 1.5, 1},
      {"backward: 4 backward_weight: 1", 4, 2, 1},
      {"backward: 4 backward_input: 3 backward_weight: 3", 4, 3, 3},
  };
  for (const auto& c : kCases) {
    const Pipeline pipeline =
        Convert(absl::StrCat("num_stages: 1 num_microbatches: 1 stage_costs { ", c.cost, " }"));
    const StageCost& cost = pipeline.stages[0];
    EXPECT_EQ(pipeline.scale.ToUnits(cost.backward), c.backward) << c.cost;
    EXPECT_EQ(pipeline.scale.ToUnits(cost.backward_input), c.input) << c.cost;
    EXPECT_EQ(pipeline.scale.ToUnits(cost.backward_weight), c.weight) << c.cost;
  }
}

TEST(ConvertPipelineTest, HalvesOfAnOddNumber) {
  const Pipeline pipeline = Convert(
      "num_stages: 1 num_microbatches: 1 "
      "stage_costs { backward: 3e-9 activation_bytes: 7 }");
  EXPECT_EQ(pipeline.stages[0].backward, 3);
  EXPECT_EQ(pipeline.stages[0].backward_input + pipeline.stages[0].backward_weight, 3);
  EXPECT_EQ(pipeline.stages[0].weight_grad_bytes, 3);
}

TEST(ConvertPipelineTest, OneRecordStandsForAllStages) {
  const Pipeline one = Convert(
      "num_stages: 4 chunks_per_rank: 2 num_microbatches: 1 stage_costs { forward: 3 } "
      "p2p_time: 0.5 memory_limit_bytes: 9");
  EXPECT_EQ(one.shape.num_ranks, 2);
  EXPECT_EQ(one.stages.size(), 4u);
  EXPECT_EQ(one.stages[3].forward, 3 * kUnit);
  EXPECT_THAT(one.p2p_backward, ElementsAre(kUnit / 2, kUnit / 2, kUnit / 2));
  EXPECT_THAT(one.memory_limit_bytes, ElementsAre(9, 9));
}

TEST(ConvertPipelineTest, ListsOfP2pTimesReplaceTheOneTime) {
  const Pipeline pipeline =
      Convert("num_stages: 3 num_microbatches: 1 p2p_time: 5 p2p_times_forward: [1, 2]");
  EXPECT_THAT(pipeline.p2p_forward, ElementsAre(kUnit, 2 * kUnit));
  EXPECT_THAT(pipeline.p2p_backward, ElementsAre(5 * kUnit, 5 * kUnit));
}

TEST(ConvertPipelineTest, NanosecondsAsPlainNumbersWork) {
  // 4 * 1024 ops of about 3e7 ns: 1.2e11 ns, more than 2^62 ticks of 1e-9 ns.
  const Pipeline pipeline = Convert(
      "num_stages: 4 num_microbatches: 1024 "
      "stage_costs { forward: 12345678 backward: 23456789 }");
  EXPECT_GT(pipeline.scale.exponent(), -9);
  EXPECT_EQ(pipeline.scale.ToUnits(pipeline.stages[0].forward), 12345678);
  EXPECT_EQ(pipeline.scale.ToUnits(pipeline.stages[0].backward), 23456789);
}

TEST(ConvertPipelineTest, ViolationsNameFieldValueAndRange) {
  const std::string sizes = "num_stages: 2 num_microbatches: 2 ";
  const struct {
    std::string pipeline;
    std::vector<std::string> violations;
  } kCases[] = {
      {"",
       {"pipeline.num_stages = 0, want [1, 262144]",
        "pipeline.num_microbatches = 0, want [1, 1048576]"}},
      {"num_stages: -1 num_microbatches: 1048577 chunks_per_rank: 0",
       {"pipeline.num_stages = -1, want [1, 262144]",
        "pipeline.num_microbatches = 1048577, want [1, 1048576]",
        "pipeline.chunks_per_rank = 0, want [1, 64]"}},
      {"num_stages: 5 chunks_per_rank: 2 num_microbatches: 1",
       {"pipeline.num_stages = 5, want a multiple of chunks_per_rank = 2"}},
      {"num_stages: 4097 num_microbatches: 1",
       {"pipeline.num_stages = 4097: 4097 ranks, want at most 4096 ranks"}},
      {sizes + "stage_costs { forward: 0 } stage_costs { forward: -1 backward: nan }",
       {"pipeline.stage_costs[0].forward = 0, want (0, inf)",
        "pipeline.stage_costs[1].forward = -1, want (0, inf)",
        "pipeline.stage_costs[1].backward = nan, want [0, inf)"}},
      {sizes + "stage_costs { forward: inf backward_input: -0.5 backward_weight: -inf }",
       {"pipeline.stage_costs[0].forward = inf, want (0, inf)",
        "pipeline.stage_costs[0].backward_input = -0.5, want [0, inf)",
        "pipeline.stage_costs[0].backward_weight = -inf, want [0, inf)"}},
      {sizes + "stage_costs {} stage_costs {} stage_costs {}",
       {"pipeline.stage_costs = 3 records, want 1 or 2 (num_stages)"}},
      {sizes + "stage_costs { forward: 3 overlapped_pair: 2.5 }",
       {"pipeline.stage_costs[0].overlapped_pair = 2.5, want [3, inf): at least max(forward, "
        "backward)"}},
      {sizes + "stage_costs { activation_bytes: 4 weight_grad_bytes: 5 static_bytes: -1 }",
       {"pipeline.stage_costs[0].static_bytes = -1, want [0, 2^63 - 1]",
        "pipeline.stage_costs[0].weight_grad_bytes = 5, want [0, 4]: at most activation_bytes"}},
      {sizes + "p2p_time: -1 p2p_times_forward: [1, 2] p2p_times_backward: -3",
       {"pipeline.p2p_time = -1, want [0, inf)",
        "pipeline.p2p_times_forward = 2 entries, want 1 (num_stages - 1) or none",
        "pipeline.p2p_times_backward[0] = -3, want [0, inf)"}},
      {sizes + "memory_limit_bytes: [1, 2, -3]",
       {"pipeline.memory_limit_bytes = 3 entries, want 1 or 2 (ranks), or none",
        "pipeline.memory_limit_bytes[2] = -3, want [0, 2^63 - 1]"}},
      {sizes + "stage_costs { forward: 1e-10 } p2p_time: 1e-12",
       {"pipeline.stage_costs[0].forward = 1e-10: rounds to 0 ticks of 1e-09, want at least 5e-10",
        "pipeline.p2p_time = 1e-12: rounds to 0 ticks of 1e-09, want at least 5e-10"}},
      {sizes + "stage_costs { backward: -1 overlapped_pair: 0.5 }",
       {"pipeline.stage_costs[0].backward = -1, want [0, inf)"}},  // The pair may be right.
      {sizes + "stage_costs { forward: 1e308 backward: 1e308 }",
       {"pipeline.stage_costs = times whose sum over all ops is not finite, want smaller times"}},
  };
  for (const auto& c : kCases) EXPECT_EQ(ViolationsOf(c.pipeline), c.violations) << c.pipeline;
}

TEST(ConvertPipelineTest, AMillionWrongRecordsAreCountedNotKept) {
  v1::Pipeline request;
  request.set_num_stages(2);
  request.set_num_microbatches(1);
  for (int i = 0; i < 1'000'000; ++i) request.add_stage_costs()->set_forward(-1);
  Violations violations;
  ConvertPipeline(request, ConvertShape(request, std::nullopt, Limits{}, violations), violations);
  EXPECT_EQ(violations.list().size(), 1000u);
  EXPECT_EQ(violations.count(), 1'000'001);
}

// The tick stays at 1e-9 unit while the sum of all op and p2p times is at most
// 2^62 ticks: about 4.61e9 units.
TEST(ConvertPipelineTest, TheTickGrowsAtTheDocumentedSum) {
  const auto exponent = [](absl::string_view rest) {
    return Convert(
               absl::StrCat("num_stages: 1 num_microbatches: 1000000 stage_costs { ", rest, " }"))
        .scale.exponent();
  };
  EXPECT_EQ(exponent("forward: 2000 backward: 2611"), -9);
  EXPECT_EQ(exponent("forward: 2000 backward: 2612"), -8);
  EXPECT_EQ(exponent("forward: 2000 backward: 10 backward_input: 1300 backward_weight: 1311"), -9);
  EXPECT_EQ(exponent("forward: 2000 backward: 10 backward_input: 1300 backward_weight: 1312"), -8);
  // p2p counts for each microbatch and direction.
  EXPECT_EQ(Convert("num_stages: 2 num_microbatches: 1000000 stage_costs { forward: 500 "
                    "backward: 500 } p2p_time: 1305")
                .scale.exponent(),
            -9);
  EXPECT_EQ(Convert("num_stages: 2 num_microbatches: 1000000 stage_costs { forward: 500 "
                    "backward: 500 } p2p_time: 1306")
                .scale.exponent(),
            -8);
}

std::vector<std::string> PlanViolationsOf(absl::string_view pipeline, int kind) {
  const auto request = Parse<v1::Pipeline>(pipeline);
  v1::Schedule schedule;
  schedule.set_kind(static_cast<v1::ScheduleKind>(kind));
  Violations violations;
  ConvertPlanInput(&request, &schedule, Limits{}, violations);
  return Texts(violations);
}

TEST(ConvertPlanInputTest, WantsBothParts) {
  Violations violations;
  ConvertPlanInput(nullptr, nullptr, Limits{}, violations);
  EXPECT_THAT(Texts(violations), ElementsAre("schedule = unset, want a schedule",
                                             "pipeline = unset, want a pipeline"));
}

TEST(ConvertPlanInputTest, ChecksTheKindAndItsLegality) {
  constexpr char kSmall[] = "num_stages: 2 num_microbatches: 2";
  const std::string kinds =
      "want one of gpipe, 1f1b, eager_1f1b, 1f1b_overlap, zb_h1, zb_h2, interleaved_1f1b, "
      "interleaved_1f1b_overlap, looped_bfs, interleaved_zb, zbv, v_half, v_min, "
      "v_1f1b, dualpipe, dualpipe_v, chimera, wave, custom";
  EXPECT_THAT(PlanViolationsOf(kSmall, v1::SCHEDULE_KIND_1F1B), IsEmpty());
  EXPECT_THAT(PlanViolationsOf(kSmall, 0), ElementsAre("schedule.kind = 0, " + kinds));
  EXPECT_THAT(PlanViolationsOf(kSmall, 9999), ElementsAre("schedule.kind = 9999, " + kinds));
  EXPECT_THAT(PlanViolationsOf("num_stages: 2 chunks_per_rank: 2 num_microbatches: 2",
                               v1::SCHEDULE_KIND_GPIPE),
              ElementsAre("pipeline.chunks_per_rank = 2: gpipe holds one stage a rank, want 1"));
}

TEST(ConvertPlanInputTest, LimitsTheOps) {
  EXPECT_THAT(PlanViolationsOf("num_stages: 4096 num_microbatches: 2048", v1::SCHEDULE_KIND_1F1B),
              IsEmpty());  // 2^24
  EXPECT_THAT(
      PlanViolationsOf("num_stages: 4096 num_microbatches: 1048576", v1::SCHEDULE_KIND_1F1B),
      ElementsAre("pipeline.num_microbatches = 1048576: 8589934592 ops with 4096 stages, "
                  "want at most 16777216 ops (num_microbatches <= 2048)"));
}

TEST(ConvertPlanInputTest, TellsAllAtOnce) {
  EXPECT_THAT(PlanViolationsOf("num_stages: 2 chunks_per_rank: 2 num_microbatches: 2 "
                               "stage_costs { forward: -1 }",
                               v1::SCHEDULE_KIND_GPIPE),
              ElementsAre("pipeline.chunks_per_rank = 2: gpipe holds one stage a rank, want 1",
                          "pipeline.stage_costs[0].forward = -1, want (0, inf)"));
}

TEST(ConvertPlanInputTest, ChecksTheGroupSize) {
  const auto violations_of = [](int kind, int group, int microbatches) {
    auto pipeline = Parse<v1::Pipeline>("num_stages: 8 chunks_per_rank: 2");
    pipeline.set_num_microbatches(microbatches);
    v1::Schedule schedule;
    schedule.set_kind(static_cast<v1::ScheduleKind>(kind));
    schedule.set_microbatch_group_size(group);
    Violations violations;
    ConvertPlanInput(&pipeline, &schedule, Limits{}, violations);
    return Texts(violations);
  };
  EXPECT_THAT(violations_of(v1::SCHEDULE_KIND_INTERLEAVED_1F1B, 8, 12), IsEmpty());
  EXPECT_THAT(
      violations_of(v1::SCHEDULE_KIND_INTERLEAVED_1F1B, 8, 10),
      ElementsAre("pipeline.num_microbatches = 10: interleaved_1f1b with group 8 needs M >= "
                  "8 and M mod 8 = 0 or >= 4; nearest 8, 12"));
  EXPECT_THAT(
      violations_of(v1::SCHEDULE_KIND_INTERLEAVED_1F1B, 3, 12),
      ElementsAre("schedule.microbatch_group_size = 3: interleaved_1f1b needs a group of at "
                  "least P = 4; nearest 4"));
  EXPECT_THAT(violations_of(v1::SCHEDULE_KIND_INTERLEAVED_1F1B, 2147483647, 12),
              ElementsAre("schedule.microbatch_group_size = 2147483647, want [1, 1048576]"));
  EXPECT_THAT(violations_of(v1::SCHEDULE_KIND_LOOPED_BFS, 4, 12),
              ElementsAre("schedule.microbatch_group_size = 4: looped_bfs has no groups, want it "
                          "unset"));
}

// What is wrong with a schedule of kind "custom", or of the given one.
std::vector<std::string> CustomViolationsOf(absl::string_view pipeline, absl::string_view schedule,
                                            const Limits& limits = {}) {
  const auto request = Parse<v1::Pipeline>(pipeline);
  v1::Schedule custom = Parse<v1::Schedule>(schedule);
  if (custom.kind() == v1::SCHEDULE_KIND_UNSPECIFIED) custom.set_kind(v1::SCHEDULE_KIND_CUSTOM);
  Violations violations;
  ConvertPlanInput(&request, &custom, limits, violations);
  return Texts(violations);
}

TEST(ConvertPlanInputTest, TakesTheSizesOfACustomOrder) {
  constexpr char kOrder[] = "order: '0F0 0B0 0F1 0B1\\n1F0 1B0 1F1 1B1\\n'";
  v1::Schedule schedule = Parse<v1::Schedule>(kOrder);
  schedule.set_kind(v1::SCHEDULE_KIND_CUSTOM);
  const v1::Pipeline unset;
  Violations violations;
  const PlanInput input = ConvertPlanInput(&unset, &schedule, Limits{}, violations);
  EXPECT_THAT(Texts(violations), IsEmpty());
  EXPECT_EQ(input.pipeline.shape.num_ranks, 2);
  EXPECT_EQ(input.pipeline.shape.num_microbatches, 2);
  ASSERT_TRUE(input.given.has_value());
  EXPECT_EQ(input.given->placement.RankOf(1, 0), 1);

  EXPECT_THAT(CustomViolationsOf("num_stages: 2 num_microbatches: 2", kOrder), IsEmpty());
  EXPECT_THAT(CustomViolationsOf("num_stages: 2 num_microbatches: 3", kOrder),
              ElementsAre("schedule.order = 8 ops, want a forward and a backward of each of 2 "
                          "stages and 3 microbatches: at least 12"));
  EXPECT_THAT(CustomViolationsOf("chunks_per_rank: 2", kOrder),
              ElementsAre("schedule.order = 2 lines, want 1, a rank each (num_stages / "
                          "chunks_per_rank)"));
  EXPECT_THAT(
      CustomViolationsOf("stage_costs { forward: 1 } stage_costs {} stage_costs {}", kOrder),
      ElementsAre("pipeline.stage_costs = 3 records, want 1 or 2 (num_stages)"));
}

TEST(ConvertPlanInputTest, SaysWhatIsWrongWithACustomOrder) {
  EXPECT_THAT(CustomViolationsOf("", ""),
              ElementsAre("schedule.order = unset, want the order of the custom schedule"));
  EXPECT_THAT(CustomViolationsOf("", "order: ''"),
              ElementsAre("schedule.order = no op, want an order"));
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0X0\\n'"),
              ElementsAre(testing::StartsWith("schedule.order = line 1, column 5: \"0X0\"")));
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0B0 0B0\\n'"),
              ElementsAre("schedule.order = rank 0 #2 0B0: runs twice"));
  EXPECT_THAT(
      CustomViolationsOf("", "order: '0F0 0B0\\n0F1 0B1\\n'"),
      testing::Contains(testing::StartsWith("schedule.order = 2 lines, want 1, a rank each")));
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0B0\\n1F0 1B0\\n' stage_to_rank: [0, 2, 1]"),
              ElementsAre("schedule.stage_to_rank = 3 entries, want 2 (num_stages) or none",
                          "schedule.stage_to_rank[1] = 2, want [0, 1]"));
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0B0\\n1F0 1B0\\n' stage_to_rank: [1, 0]"),
              ElementsAre("schedule.order = rank 0 #0 0F0: its stage is on rank 1",
                          "schedule.order = rank 0 #1 0B0: its stage is on rank 1",
                          "schedule.order = rank 1 #0 1F0: its stage is on rank 0",
                          "schedule.order = rank 1 #1 1B0: its stage is on rank 0"));
  Limits limits;
  limits.max_order_text_bytes = 7;
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0B0\\n'", limits),
              ElementsAre("schedule.order = 8 bytes, want at most 7"));
  limits = Limits{};
  limits.max_ops = 1;
  EXPECT_THAT(CustomViolationsOf("", "order: '0F0 0B0\\n'", limits),
              ElementsAre("schedule.order = 2 ops, want at most 1"));
}

TEST(ConvertPlanInputTest, OtherKindsTakeNoOrder) {
  EXPECT_THAT(
      CustomViolationsOf("num_stages: 1 num_microbatches: 1",
                         "kind: SCHEDULE_KIND_1F1B order: '0F0 0B0\\n' stage_to_rank: 0"),
      ElementsAre("schedule.order = set: 1f1b makes its own, want custom or it unset",
                  "schedule.stage_to_rank = 1 entries: 1f1b places its own, want custom or none"));
}

TEST(ConvertPlanInputTest, RefusesFieldsThatItDoesNotKnow) {
  auto pipeline = Parse<v1::Pipeline>("num_stages: 1 num_microbatches: 1 stage_costs {}");
  v1::Schedule schedule;
  schedule.set_kind(v1::SCHEDULE_KIND_1F1B);
  schedule.GetReflection()->MutableUnknownFields(&schedule)->AddVarint(77, 1);
  auto& cost = *pipeline.mutable_stage_costs(0);
  cost.GetReflection()->MutableUnknownFields(&cost)->AddVarint(78, 1);
  Violations violations;
  ConvertPlanInput(&pipeline, &schedule, Limits{}, violations);
  EXPECT_THAT(Texts(violations),
              ElementsAre(testing::StartsWith("schedule = field number 77"),
                          testing::StartsWith("pipeline.stage_costs = field number 78")));
}

TEST(ToProtoTest, EveryKindHasItsEnumValue) {
  google::protobuf::RepeatedPtrField<v1::ScheduleKindInfo> kinds;
  FillScheduleKinds(kinds);
  ASSERT_EQ(kinds.size(), static_cast<int>(AllScheduleKinds().size()));
  for (int i = 0; i < kinds.size(); ++i) {
    EXPECT_NE(kinds.Get(i).kind(), v1::SCHEDULE_KIND_UNSPECIFIED) << kinds.Get(i).name();
    EXPECT_NE(kinds.Get(i).placement(), v1::PLACEMENT_KIND_UNSPECIFIED);
  }
  // And every enum value but the first its kind.
  EXPECT_EQ(v1::ScheduleKind_descriptor()->value_count(),
            static_cast<int>(AllScheduleKinds().size()) + 1);
}

}  // namespace
}  // namespace pipesched
