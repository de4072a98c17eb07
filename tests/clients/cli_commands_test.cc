// What the real program does when all is well.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/clients/cli_runner.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// What the file VERSION says.
std::string ProductVersion() {
  std::ifstream file(SourceFile("VERSION"));
  std::string version;
  file >> version;
  return version;
}

constexpr char kPngStart[] = "\x89PNG\r\n\x1a\n";

TEST(CliCommandsTest, TheDocumentedCommandPrintsAndDraws) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("--num-stages 4 --num-batches 8");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* line :
       {"makespan                  33 (first start to last end)\n",
        "bubble rate               27.27 % (idle / total)\n",
        "bubble overhead           37.50 % (idle / busy)\n",
        "   0    24     9            0             9           0                 4\n",
        "   3    24     9            3             0           6                 1\n"}) {
    EXPECT_THAT(result.out, HasSubstr(line));
  }
  EXPECT_EQ(result.err, "wrote pipeline_1f1b.png\n");
  EXPECT_THAT(cli.folder.Read("pipeline_1f1b.png"), StartsWith(kPngStart));
  EXPECT_THAT(cli.folder.List(), ElementsAre("pipeline_1f1b.png"));
}

TEST(CliCommandsTest, TheCommandNameMayBeLeftOut) {
  const CliRunner cli;
  const std::string out = cli.Run("-s 4 -b 8 --no-visualization").out;
  EXPECT_EQ(cli.Run("compute -s=4 -b8 --no-visualization").out, out);
  EXPECT_THAT(out, HasSubstr("makespan"));
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliCommandsTest, RunsTheSampleConfigs) {
  const struct {
    const char* config;
    const char* picture;
    double bubble_overhead;
  } kCases[] = {
      {"tests/samples/custom.json", "pipeline_1f1b_custom.png", 0.55},
      {"tests/samples/standard.yaml", "pipeline_1f1b_yaml.png", 0.675},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.config);
    const CliRunner cli;
    const ProcessResult result =
        cli.Run(absl::StrCat("--format json --config ", SourceFile(c.config)));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NEAR(YAML::Load(result.out)["metrics"]["bubble_overhead"].as<double>(),
                c.bubble_overhead, 1e-9);
    EXPECT_THAT(cli.folder.Read(c.picture), StartsWith(kPngStart));
    EXPECT_THAT(cli.folder.List(), ElementsAre(c.picture));
  }
}

TEST(CliCommandsTest, AFlagWinsOverTheConfig) {
  CliRunner cli;
  cli.folder.Write("c.yaml", "num_stages: 2\nnum_batches: 3\nschedule: gpipe\n");
  EXPECT_THAT(cli.Run("-c c.yaml -s 4 --no-visualization").out,
              HasSubstr("gpipe, 4 stages on 4 ranks, 3 microbatches\n"));
  cli.options.input = "{\"num_stages\": 5, \"num_batches\": 1, \"no_visualization\": true}";
  EXPECT_THAT(cli.Run("-c -").out, HasSubstr("5 stages on 5 ranks, 1 microbatch\n"));
}

TEST(CliCommandsTest, RunsAnOrderFile) {
  CliRunner cli;
  ASSERT_EQ(cli.Run("-s 4 -b 8 --schedule zb_h1 --p2p-time 0.5 -o zb.order").exit_code, 0);
  const ProcessResult result = cli.Run("--order zb.order --p2p-time 0.5");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("custom, 4 stages on 4 ranks, 8 microbatches\n"));
  EXPECT_THAT(result.err, HasSubstr("wrote pipeline_custom.png\n"));
  const std::string line = "-s 4 -b 8 --schedule zb_h1 --p2p-time 0.5 --no-visualization";
  for (const char* name : {"makespan", "gap", "order digest"}) {
    const std::string expected = cli.Run(line).out;
    const size_t begin = expected.find(name);
    EXPECT_THAT(result.out, HasSubstr(expected.substr(begin, expected.find('\n', begin) - begin)));
  }
  cli.options.input = cli.folder.Read("zb.order");
  EXPECT_EQ(
      cli.Run("--order - --stage-to-rank 0 1 2 3 --p2p-time 0.5 --no-visualization").exit_code, 0);
}

TEST(CliCommandsTest, FailsOverMemoryOnlyWhereAsked) {
  const CliRunner cli;
  const std::string line = "-s 4 -b 8 --activation-bytes 10 --memory-limit 30 --no-visualization";
  const ProcessResult noted = cli.Run(line);
  EXPECT_EQ(noted.exit_code, 0);
  EXPECT_EQ(noted.err, "note: rank 0 holds 40 bytes at 0F3, its limit is 30\n");
  const ProcessResult failed = cli.Run(line + " --fail-over-memory");
  EXPECT_EQ(failed.exit_code, 65);
  EXPECT_EQ(failed.out, noted.out);
  EXPECT_EQ(failed.err,
            noted.err + "error: --fail-over-memory: 1 rank holds more than its limit\n");
  EXPECT_EQ(
      cli.Run("-s 4 -b 8 --activation-bytes 10 --memory-limit 40 --fail-over-memory").exit_code, 0);
  const ProcessResult drawn = cli.Run(
      "render -s 4 -b 8 --activation-bytes 10 --memory-limit 5 --fail-over-memory -o x.png");
  EXPECT_EQ(drawn.exit_code, 65);
  EXPECT_THAT(drawn.err, HasSubstr("4 ranks hold more than their limits"));
}

TEST(CliCommandsTest, JsonHasTheDocumentedNames) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("-s 4 -b 8 --format json --view full");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const YAML::Node json = YAML::Load(result.out);
  EXPECT_EQ(json["digest"].as<std::string>().size(), 64u);
  EXPECT_EQ(json["order_digest"].as<std::string>().size(), 64u);
  EXPECT_TRUE(json["notes"].IsSequence());
  const YAML::Node metrics = json["metrics"];
  EXPECT_EQ(metrics["makespan"].as<double>(), 33);
  EXPECT_DOUBLE_EQ(metrics["bubble_rate"].as<double>(), 9.0 / 33);
  for (const char* name :
       {"bubble_overhead", "longest_rank_span", "longest_span_bubble_rate", "lower_bound", "gap"}) {
    EXPECT_TRUE(metrics[name].IsDefined()) << name;
  }
  const YAML::Node rank = metrics["ranks"][0];
  for (const char* name : {"rank", "busy", "idle", "idle_before", "idle_between", "idle_after",
                           "peak_activations", "peak_bytes"}) {
    EXPECT_TRUE(rank[name].IsDefined()) << name;
  }
  const YAML::Node timeline = json["timeline"];
  EXPECT_EQ(timeline["rank_offsets"].size(), 5u);
  for (const char* name : {"kinds", "stages", "microbatches", "starts", "ends", "fused"}) {
    EXPECT_EQ(timeline[name].size(), 64u) << name;
  }
  EXPECT_EQ(timeline["kinds"][0].as<std::string>(), "OP_KIND_FORWARD");
}

TEST(CliCommandsTest, ViewDecidesWhatJsonHolds) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("-s 2 -b 2 --format json -o a.json");
  EXPECT_EQ(result.err, "wrote a.json\n");
  EXPECT_FALSE(YAML::Load(result.out)["timeline"].IsDefined());
  const YAML::Node file = YAML::Load(cli.folder.Read("a.json"));
  EXPECT_EQ(file["timeline"]["kinds"].size(), 8u);
  cli.Run("-s 2 -b 2 -o b.json --view summary");
  EXPECT_FALSE(YAML::Load(cli.folder.Read("b.json"))["timeline"].IsDefined());
  EXPECT_EQ(cli.Run("-s 2 -b 2 --format json").out, cli.folder.Read("b.json"));
}

TEST(CliCommandsTest, StandardOutputCarriesDataOnly) {
  const CliRunner cli;
  const ProcessResult order = cli.Run("-s 2 -b 1 -o - --output-format order");
  EXPECT_EQ(order.out, "0F0 0B0\n1F0 1B0\n");
  EXPECT_THAT(order.err, HasSubstr("makespan"));
  const ProcessResult png = cli.Run("-s 2 -b 1 -o - --output-format png");
  EXPECT_THAT(png.out, StartsWith(kPngStart));
  EXPECT_THAT(png.err, HasSubstr("makespan"));
  EXPECT_TRUE(YAML::Load(cli.Run("-s 2 -b 1 -o - --output-format json").out)["timeline"]);
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliCommandsTest, RenderDrawsAndPrintsNoNumbers) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("render -s 2 -b 2 --schedule gpipe --title=A");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "wrote pipeline_gpipe.png\n");
  EXPECT_THAT(cli.Run("render -s 2 -b 2 -o - --output-format png").out, StartsWith(kPngStart));
}

TEST(CliCommandsTest, EqualCommandsGiveEqualBytes) {
  const CliRunner cli;
  constexpr absl::string_view kLine = "-s 3 -b 5 -f 0.1 0.2 0.3 --format json -o a.png";
  const std::string out = cli.Run(kLine).out;
  const std::string picture = cli.folder.Read("a.png");
  EXPECT_EQ(cli.Run(kLine).out, out);
  EXPECT_EQ(cli.folder.Read("a.png"), picture);
}

TEST(CliCommandsTest, BytesAndNotesShow) {
  const CliRunner cli;
  const ProcessResult result = cli.Run(
      "-s 2 -b 2 --activation-bytes 100 --static-bytes 5 --memory-limit 150 --no-visualization");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("peak bytes"));
  EXPECT_THAT(result.out, HasSubstr("205"));
  EXPECT_THAT(result.err, StartsWith("note: rank 0 holds 205 bytes"));
}

TEST(CliCommandsTest, ListsKindsHealthAndVersion) {
  const CliRunner cli;
  const std::string kinds = cli.Run("schedules").out;
  EXPECT_THAT(kinds, HasSubstr("\neager_1f1b "));
  EXPECT_THAT(kinds, testing::ContainsRegex("\ninterleaved_1f1b +round_robin +"
                                            "--microbatch-group-size +V >= 2"));
  EXPECT_THAT(kinds, testing::ContainsRegex("\ncustom +given +--order --dialect --fsdp-times "
                                            "--stage-to-rank +each F"));
  EXPECT_EQ(
      YAML::Load(cli.Run("schedules --format json").out)["kinds"][0]["name"].as<std::string>(),
      "gpipe");
  EXPECT_EQ(cli.Run("health").out, "SERVING\n");
  const ProcessResult unknown = cli.Run("health --service x --format json");
  EXPECT_EQ(unknown.exit_code, 65);
  EXPECT_EQ(unknown.out, "");
  EXPECT_EQ(YAML::Load(unknown.err)["error"]["reason"].as<std::string>(), "SERVICE_UNKNOWN");
  EXPECT_THAT(cli.Run("version").out, StartsWith("pipesched  " + ProductVersion() + " (commit "));
  EXPECT_EQ(cli.Run("--version").out, cli.Run("version").out);
  const YAML::Node version = YAML::Load(cli.Run("version --format json").out);
  EXPECT_EQ(version["client"]["version"].as<std::string>(), ProductVersion());
  EXPECT_EQ(version["server"]["limits"]["max_ranks"].as<int>(), 4096);
}

TEST(CliCommandsTest, HelpLeadsWithExamples) {
  const CliRunner cli;
  const ProcessResult help = cli.Run("--help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:\n  pipesched --num-stages 4 --num-batches 8\n"));
  EXPECT_LT(help.out.find("Examples:"), help.out.find("Flags:"));
  EXPECT_THAT(help.out, HasSubstr("-bw, --backward-times T..."));
  EXPECT_EQ(cli.Run("-h").out, help.out);
  EXPECT_EQ(cli.Run("help").out, help.out);
  EXPECT_THAT(cli.Run("health --help").out, HasSubstr("--service NAME"));
  // The examples of the help run.
  for (absl::string_view line : absl::StrSplit(help.out, '\n')) {
    if (!absl::StartsWith(line, "  pipesched -") || absl::StrContains(line, "--server") ||
        absl::StrContains(line, "plan.yaml")) {
      continue;
    }
    line.remove_prefix(std::string("  pipesched ").size());
    EXPECT_EQ(cli.Run(line).exit_code, 0) << line;
  }
}

TEST(CliCommandsTest, ColorsOnDemandOnly) {
  CliRunner cli;
  EXPECT_THAT(cli.Run("--bogus").err, StartsWith("error: "));
  EXPECT_THAT(cli.Run("-s 0 -b 1 --color always").err, StartsWith("\033[1;31merror:"));
  cli.options.environment["NO_COLOR"] = "1";
  EXPECT_THAT(cli.Run("-s 0 -b 1").err, StartsWith("error: "));
}

TEST(CliCommandsTest, WarnsOfUnknownVariables) {
  CliRunner cli;
  cli.options.environment["PIPESCHED_NUM_STAGES"] = "9";
  const ProcessResult result = cli.Run("-s 2 -b 2 --no-visualization");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "warning: unknown environment variable PIPESCHED_NUM_STAGES\n");
  EXPECT_THAT(result.out, HasSubstr("2 stages"));
}

TEST(CliCommandsTest, AReaderThatHasGoneIsNoError) {
  CliRunner cli;
  cli.options.stdout_is_gone = true;
  const ProcessResult result = cli.Run("-s 64 -b 64 --format json --view full");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
}

TEST(CliCommandsTest, ATerminalGetsNoPicture) {
  const int terminal = OpenTerminal();
  if (terminal < 0) GTEST_SKIP();
  CliRunner cli;
  cli.options.stdout_path = ptsname(terminal);
  const ProcessResult result = cli.Run("-s 2 -b 2 -o - --output-format png");
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.err, HasSubstr("a terminal shows no PNG"));
  close(terminal);
}

}  // namespace
}  // namespace pipesched
