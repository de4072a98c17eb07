#include "clients/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/support/status_matchers.h"

namespace pipesched::cli {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// What was read, as text: "compute --forward-times=1,2 --num-stages=4".
std::string Describe(const CommandLine& command_line) {
  std::string text;
  for (const CommandInfo& info : AllCommands()) {
    if (info.command == command_line.command) text = std::string(info.name);
  }
  for (const Flag& flag : AllFlags()) {
    const Setting* setting = command_line.settings.Find(flag.id);
    if (setting == nullptr) continue;
    EXPECT_THAT(setting->origin, AnyOf(LongName(flag), std::string(flag.name)));
    absl::StrAppend(&text, " ", LongName(flag), "=", absl::StrJoin(setting->texts, ","));
  }
  return text;
}

absl::StatusOr<CommandLine> Parse(absl::string_view line) {
  if (line.empty()) return ParseCommandLine({});
  return ParseCommandLine(absl::StrSplit(line, ' '));
}

TEST(CommandLineTest, ReadsFlagsAsArgparseDoes) {
  constexpr struct {
    const char* line;
    const char* result;
  } kCases[] = {
      {"", "compute"},
      {"compute", "compute"},
      {"--num-stages 4 --num-batches 8", "compute --num-stages=4 --num-batches=8"},
      {"compute -s 4 -b 8", "compute --num-stages=4 --num-batches=8"},
      {"-s4 -b8", "compute --num-stages=4 --num-batches=8"},
      {"-s 3 -s 4", "compute --num-stages=4"},
      {"-o a.csv -o a.csv", "compute --output=a.csv"},
      {"-s=4 -b=8", "compute --num-stages=4 --num-batches=8"},
      {"--num-stages=4", "compute --num-stages=4"},
      {"-s -4", "compute --num-stages=-4"},
      {"-bw 1", "compute --backward-times=1"},
      {"-bw 1 2 3", "compute --backward-times=1,2,3"},
      {"-bw=1", "compute --backward-times=1"},
      {"--backward-times 1.6 2.0 -s 2", "compute --num-stages=2 --backward-times=1.6,2.0"},
      {"-f=1", "compute --forward-times=1"},
      {"-f1", "compute --forward-times=1"},
      {"-f 1 2 -bw 3 4", "compute --forward-times=1,2 --backward-times=3,4"},
      {"-bw -1.5 2", "compute --backward-times=-1.5,2"},
      {"-bw -1e-3", "compute --backward-times=-1e-3"},
      {"-bw 1 -1e-3 -2", "compute --backward-times=1,-1e-3,-2"},
      {"-f -.5", "compute --forward-times=-0.5"},
      {"-f nan inf", "compute --forward-times=nan,inf"},
      {"-f 1e999", "compute --forward-times=1e999"},
      {"-f 1 2 -f 3", "compute --forward-times=3"},
      {"-f 1 -s 4 -f 3 5", "compute --num-stages=4 --forward-times=3,5"},
      {"-s 4 -s 5", "compute --num-stages=5"},
      {"--no-visualization --no-visualization", "compute --no-visualization=true"},
      {"-s 99999999999999999999", "compute --num-stages=99999999999999999999"},
      {"-o - --output-format order", "compute --output=- --output-format=order"},
      {"--title=-x", "compute --title=-x"},
      {"--title=a=b", "compute --title=a=b"},
      {"render -s 4 --time-unit ms", "render --num-stages=4 --time-unit=ms"},
      {"schedules --format json", "schedules --format=json"},
      {"health --server a:1 --service x", "health --server=a:1 --service=x"},
      {"version --timeout 0.5", "version --timeout=0.5"},
      {"render -h", "render --help=true"},
      {"help", "compute --help=true"},
      {"help render", "render --help=true"},
      {"--version", "version"},
      {"--version --format json", "version --format=json"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    const auto command_line = Parse(c.line);
    ASSERT_THAT(command_line, IsOk());
    EXPECT_EQ(Describe(*command_line), c.result);
  }
}

TEST(CommandLineTest, SaysWhatIsWrong) {
  constexpr struct {
    const char* line;
    const char* message;
  } kCases[] = {
      {"-bw", "--backward-times: needs a value"},
      {"-f -s 4", "--forward-times: needs a value"},
      {"-s", "--num-stages: needs a value"},
      {"-s -b 8", "--num-stages: needs a value"},
      {"-s=", "--num-stages: needs a value"},
      {"-o --no-visualization", "--output: needs a value"},
      {"-bw1", "--num-batches: want a whole number, got \"w1\""},
      {"-f 1,2", "--forward-times: want a number, got \"1,2\"; separate the values with spaces"},
      {"-f [1,2]",
       "--forward-times: want a number, got \"[1,2]\"; separate the values with spaces"},
      {"-f one", "--forward-times: want a number, got \"one\""},
      {"-f 0x10", "--forward-times: want a number, got \"0x10\""},
      {"-f nan(1)", "--forward-times: want a number, got \"nan(1)\""},
      {"-f 1 2x", "--forward-times: want a number, got \"2x\""},
      {"-s 2.5", "--num-stages: want a whole number, got \"2.5\""},
      {"-s 4 5", "unexpected argument \"5\""},
      {"-s 4 -- 5", "unexpected argument \"--\""},
      {"--num-stage 4", "unknown flag \"--num-stage\"; did you mean --num-stages?"},
      {"--num 4", "unknown flag \"--num\"; did you mean --num-stages?"},
      {"--bw 4", "unknown flag \"--bw\"; did you mean -bw?"},
      {"--forward-time=4", "unknown flag \"--forward-time\"; did you mean --forward-times?"},
      {"--visualizer dash", "unknown flag \"--visualizer\""},
      {"-x", "unknown flag \"-x\""},
      {"--no-visualization=1", "--no-visualization: takes no value"},
      {"--view all", "--view: want summary|full, got \"all\""},
      {"--timeout 0", "--timeout: want a number of seconds above 0, got \"0\""},
      {"--activation-bytes 1e9", "--activation-bytes: want a whole number, got \"1e9\""},
      {"render --view full", "unknown flag \"--view\""},
      {"version -s 4", "unknown flag \"-s\""},
      {"comptue -s 4", "unknown command \"comptue\"; did you mean compute?"},
      {"4", "unknown command \"4\""},
      {"help rendr", "unknown command \"rendr\"; did you mean render?"},
      {"--server a:1 health", "unexpected argument \"health\"; a command comes first"},
      {"--server= health", "--server: needs a value"},
      {"-o a.csv -o a.csv -o b.csv", "--output: given twice, \"a.csv\" and \"b.csv\", want one"},
      {"validate --junit=a --junit=b", "--junit: given twice, \"a\" and \"b\", want one"},
      {"-c a.yaml --config b.yaml", "--config: given twice, \"a.yaml\" and \"b.yaml\", want one"},
      {"validate --order a --order b", "--order: given twice, \"a\" and \"b\", want one"},
      {"--title \xff", "--title: want UTF-8 text, got \"\\xff\""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    const auto command_line = Parse(c.line);
    ASSERT_THAT(command_line, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
    EXPECT_EQ(command_line.status().message().find('\n'), absl::string_view::npos);
  }
}

TEST(CommandLineTest, TellsAllProblemsALineEach) {
  constexpr struct {
    const char* line;
    const char* message;
  } kCases[] = {
      {"-s four -b eight -o a.foo",
       "--num-stages: want a whole number, got \"four\"\n"
       "--num-batches: want a whole number, got \"eight\"\n"
       "--output: unknown ending of \"a.foo\", want one of .png .svg .pdf .html "
       ".txt .json .order .csv .trace.json .megatron.json .deepspeed"},
      {"-s -b x -f 1 y z",
       "--num-stages: needs a value\n"
       "--num-batches: want a whole number, got \"x\"\n"
       "--forward-times: want a number, got \"y\"\n"
       "--forward-times: want a number, got \"z\""},
      // What follows an unknown flag may be its value.
      {"--xyzzy 4 --abc -b x",
       "unknown flag \"--xyzzy\"\n"
       "unknown flag \"--abc\"\n"
       "--num-batches: want a whole number, got \"x\""},
      // The config may give the file's format.
      {"-c c.yaml -b x -o plan", "--num-batches: want a whole number, got \"x\""},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(Parse(c.line), StatusIs(absl::StatusCode::kInvalidArgument, c.message));
  }
}

// CLI11 puts an empty text of its own between two occurrences of a list.
TEST(CommandLineTest, AnEmptyTextIsNoValueOfAList) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"-f", ""},
                                             {"-f", "5", "", "2"},
                                             {"-f1", "", "2"},
                                             {"-f=1", "", "2"},
                                             {"-f", "1", "-f", "2", ""}}) {
    EXPECT_THAT(ParseCommandLine(args), StatusIs(absl::StatusCode::kInvalidArgument,
                                                 "--forward-times: want a number, got \"\""));
  }
  EXPECT_THAT(ParseCommandLine({"-s", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("got \"\"")));
  EXPECT_THAT(ParseCommandLine({"-s", "1", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, "unexpected argument \"\""));
  EXPECT_THAT(ParseCommandLine({"--server", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, "--server: want an address, got \"\""));
  const auto title = ParseCommandLine({"--title", ""});
  ASSERT_THAT(title, IsOk());
  EXPECT_EQ(Describe(*title), "compute --title=");
}

TEST(CommandLineTest, SeesAWishForJsonInAWrongCommandLine) {
  EXPECT_TRUE(AsksForJson({"--bogus", "--format", "json"}));
  EXPECT_TRUE(AsksForJson({"--format=text", "--format=json"}));
  EXPECT_FALSE(AsksForJson({"--format"}));
  EXPECT_FALSE(AsksForJson({"--output-format", "json"}));
}

// One table drives everything: no name or key may be there twice.
TEST(FlagsTest, NamesAndKeysAreUnique) {
  std::vector<absl::string_view> names;
  for (const Flag& flag : AllFlags()) {
    // compare and search have flags of their own under a name of compute's.
    if (LongName(flag) == "--chunks-per-rank") continue;
    EXPECT_EQ(FindFlag(LongName(flag), kCompute) != nullptr, (flag.commands & kCompute) != 0);
    EXPECT_EQ(FindConfigKey(flag.config_key), flag.config_key.empty() ? nullptr : &flag);
    EXPECT_EQ(FindField(flag.field), flag.field.empty() ? nullptr : &flag);
    names.push_back(flag.name);
    if (!flag.short_name.empty()) names.push_back(flag.short_name);
    EXPECT_EQ(&GetFlag(flag.id), &flag);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace pipesched::cli
