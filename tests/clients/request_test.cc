#include "clients/cli/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command_line.h"
#include "clients/cli/violations.h"

namespace pipesched::cli {
namespace {

using testing::ElementsAre;

Settings Parse(absl::string_view line) {
  return ParseCommandLine(absl::StrSplit(line, ' '))->settings;
}

TEST(RequestTest, BuildsARecordForAllStagesOrOneAStage) {
  constexpr struct {
    const char* line;
    const char* pipeline;
  } kCases[] = {
      {"-s 4 -b 8", "num_stages: 4 num_microbatches: 8"},
      {"-s 2 -f 1.5 -bw 3", "num_stages: 2 stage_costs { forward: 1.5 backward: 3 }"},
      {"-s 2 -f 1 2 -bw 3",
       "num_stages: 2 stage_costs { forward: 1 backward: 3 } stage_costs { forward: 2 backward: 3 "
       "}"},
      {"-s 2 --backward-input-times 1 --backward-weight-times 2 --overlap-times 3",
       "num_stages: 2 stage_costs { backward_input: 1 backward_weight: 2 overlapped_pair: 3 }"},
      {"-s 2 --activation-bytes 6 8 --weight-grad-bytes 1 --static-bytes 9",
       "num_stages: 2 "
       "stage_costs { activation_bytes: 6 weight_grad_bytes: 1 static_bytes: 9 } "
       "stage_costs { activation_bytes: 8 weight_grad_bytes: 1 static_bytes: 9 }"},
      {"-s 3 --p2p-time 0.5 --p2p-times-forward 1 2 --p2p-times-backward 3 4",
       "num_stages: 3 p2p_time: 0.5 p2p_times_forward: 1 p2p_times_forward: 2 "
       "p2p_times_backward: 3 p2p_times_backward: 4"},
      {"-s 2 --chunks-per-rank 2 --memory-limit 7 8",
       "num_stages: 2 chunks_per_rank: 2 memory_limit_bytes: 7 memory_limit_bytes: 8"},
      // A wrong length makes a wrong number of records, never 1 or num_stages.
      {"-s 4 -f 1 2", "num_stages: 4 stage_costs { forward: 1 } stage_costs { forward: 2 }"},
      {"-s 2 -f 1 2 3",
       "num_stages: 2 stage_costs { forward: 1 } stage_costs { forward: 2 } "
       "stage_costs { forward: 3 }"},
      {"-s 3 -f 1 2 3 -bw 4 5",
       "num_stages: 3 stage_costs { forward: 1 backward: 4 } "
       "stage_costs { forward: 2 backward: 5 } stage_costs { forward: 3 } stage_costs { }"},
      {"-s 99999999999 -b -99999999999", "num_stages: 2147483647 num_microbatches: -2147483648"},
      {"-s 1 --static-bytes 99999999999999999999",
       "num_stages: 1 stage_costs { static_bytes: -1 }"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    EXPECT_EQ(BuildPipeline(Parse(c.line)).ShortDebugString(), c.pipeline);
  }
}

TEST(RequestTest, KeepsNumbersThatTheServiceRefuses) {
  const v1::Pipeline pipeline = BuildPipeline(Parse("-s 3 -f nan 1e999 1e-999"));
  EXPECT_TRUE(std::isnan(pipeline.stage_costs(0).forward()));
  EXPECT_EQ(pipeline.stage_costs(1).forward(), std::numeric_limits<double>::infinity());
  EXPECT_GT(pipeline.stage_costs(2).forward(), 0);
}

// An int64 of the request would hold another number than the user wrote.
TEST(RequestTest, BytesThatInt64CannotHoldAreRefused) {
  const v1::Pipeline pipeline =
      BuildPipeline(Parse("--activation-bytes 9223372036854775808 --static-bytes "
                          "-99999999999999999999 --memory-limit 9223372036854775807 "
                          "99999999999999999999"));
  EXPECT_EQ(pipeline.stage_costs(0).activation_bytes(), -1);
  EXPECT_EQ(pipeline.stage_costs(0).static_bytes(), -1);
  EXPECT_EQ(pipeline.memory_limit_bytes(0), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(pipeline.memory_limit_bytes(1), -1);
}

TEST(RequestTest, FindsTheKindOfTheContract) {
  EXPECT_EQ(BuildSchedule(Settings(), {}).kind(), v1::SCHEDULE_KIND_1F1B);
  EXPECT_EQ(BuildSchedule(Parse("--schedule eager_1f1b"), {}).kind(), v1::SCHEDULE_KIND_EAGER_1F1B);
  EXPECT_EQ(BuildSchedule(Parse("--schedule 1F1B"), {}).kind(), v1::SCHEDULE_KIND_UNSPECIFIED);
  EXPECT_EQ(BuildSchedule(Parse("--schedule pipedream"), {}).kind(), v1::SCHEDULE_KIND_UNSPECIFIED);
}

TEST(RequestTest, AnOrderFileMakesTheScheduleCustom) {
  const v1::Schedule schedule =
      BuildSchedule(Parse("--order x.order --stage-to-rank 1 0"), "0F0 0B0\n");
  EXPECT_EQ(schedule.kind(), v1::SCHEDULE_KIND_CUSTOM);
  EXPECT_EQ(schedule.order(), "0F0 0B0\n");
  EXPECT_THAT(schedule.stage_to_rank(), ElementsAre(1, 0));
  EXPECT_EQ(BuildSchedule(Parse("--order x --schedule gpipe"), "").kind(), v1::SCHEDULE_KIND_GPIPE);
}

std::vector<std::string> Explain(absl::string_view line,
                                 const std::vector<client::FieldViolation>& violations) {
  std::vector<std::string> lines;
  for (const UserViolation& violation : ExplainViolations(violations, Parse(line))) {
    lines.push_back(absl::StrCat(violation.flag, ": ", violation.description));
  }
  return lines;
}

TEST(ViolationsTest, NamesTheFlagAndTheTextThatTheUserWrote) {
  EXPECT_THAT(Explain("-s 0", {{"pipeline.num_stages", "0, want [1, 262144]"},
                               {"pipeline.num_microbatches", "0, want [1, 1048576]"}}),
              ElementsAre("--num-stages: 0, want [1, 262144]",
                          "--num-batches: not given, want [1, 1048576]"));
  EXPECT_THAT(Explain("-s 99999999999", {{"pipeline.num_stages", "2147483647, want [1, 262144]"}}),
              ElementsAre("--num-stages: 99999999999, want [1, 262144]"));
  EXPECT_THAT(Explain("--schedule pipedream", {{"schedule.kind", "0, want one of gpipe, 1f1b"}}),
              ElementsAre("--schedule: \"pipedream\", want one of gpipe, 1f1b"));
  EXPECT_THAT(Explain("--order=x.order", {{"schedule.order", "line 1, column 5: \"0X0\""}}),
              ElementsAre("--order: x.order: line 1, column 5: \"0X0\""));
  EXPECT_THAT(Explain("--title=abc", {{"options.title", "1025 bytes, want at most 1024"}}),
              ElementsAre("--title: 1025 bytes, want at most 1024"));
  EXPECT_THAT(Explain("-s 2 -f 1 -2", {{"pipeline.stage_costs[1].forward", "-2, want (0, inf)"}}),
              ElementsAre("--forward-times[1]: -2, want (0, inf)"));
  EXPECT_THAT(Explain("-s 4 --memory-limit 1 2",
                      {{"pipeline.memory_limit_bytes", "2 entries, want 1 or 4 (ranks), or none"}}),
              ElementsAre("--memory-limit: 2 entries, want 1 or 4 (ranks), or none"));
  EXPECT_THAT(Explain("-s 2 --memory-limit 1 -2",
                      {{"pipeline.memory_limit_bytes[1]", "-2, want [0, 2^63 - 1]"}}),
              ElementsAre("--memory-limit[1]: -2, want [0, 2^63 - 1]"));
  EXPECT_THAT(
      Explain("-f 1e-11", {{"pipeline.stage_costs[0].forward",
                            "1.0e-11: rounds to 0 ticks of 1e-09, want at least 5e-10"}}),
      ElementsAre("--forward-times: 1e-11: rounds to 0 ticks of 1e-09, want at least 5e-10"));
}

TEST(ViolationsTest, NamesADefaultAsSuch) {
  EXPECT_THAT(Explain("-f 1e300", {{"pipeline.stage_costs[0].backward",
                                    "2: rounds to 0 ticks of 1e+282, want at least 5e+281"}}),
              ElementsAre("--backward-times: default 2: rounds to 0 ticks of 1e+282, want at least "
                          "5e+281"));
}

TEST(ViolationsTest, TellsOneValueForAllStagesOnce) {
  EXPECT_THAT(
      Explain("-s 2 -f -1 -bw 2 3", {{"pipeline.stage_costs[0].forward", "-1, want (0, inf)"},
                                     {"pipeline.stage_costs[1].forward", "-1, want (0, inf)"}}),
      ElementsAre("--forward-times: -1, want (0, inf)"));
}

TEST(ViolationsTest, TellsEveryListOfWrongLength) {
  EXPECT_THAT(Explain("-s 4 -f 1 2 -bw 1 2 3 4 --static-bytes 1 2 3",
                      {{"pipeline.stage_costs", "5 records, want 1 or 4 (num_stages)"}}),
              ElementsAre("--forward-times: 2 values, want 1 or 4",
                          "--static-bytes: 3 values, want 1 or 4"));
}

TEST(ViolationsTest, KeepsFieldsThatNoFlagSets) {
  EXPECT_THAT(Explain("-s 4", {{"ranks[0]", "9, want [0, 3]"}, {"a[", "b"}}),
              ElementsAre("ranks[0]: 9, want [0, 3]", "a[: b"));
  EXPECT_THAT(Explain("-s 4", {{"pipeline.stage_costs", "sum is not finite"}}),
              ElementsAre("pipeline.stage_costs: sum is not finite"));
}

TEST(ViolationsTest, NamesTheTimesOfWhichTheSumIsWrong) {
  EXPECT_THAT(Explain("-s 4 --p2p-time 1e308 -f 1e308 --static-bytes 1",
                      {{"pipeline.stage_costs", "sum is not finite"}}),
              ElementsAre("--forward-times, --p2p-time: sum is not finite"));
}

}  // namespace
}  // namespace pipesched::cli
