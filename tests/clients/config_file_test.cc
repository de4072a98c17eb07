#include "clients/cli/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/yaml_map.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched::cli {
namespace {

using testing::HasSubstr;

// "num_stages=4 forward_times=1,2".
std::string Describe(const Settings& settings) {
  std::vector<std::string> parts;
  for (const Flag& flag : AllFlags()) {
    const Setting* setting = settings.Find(flag.id);
    if (setting == nullptr) continue;
    EXPECT_EQ(setting->origin, absl::StrCat("f: ", flag.config_key));
    parts.push_back(absl::StrCat(flag.config_key, "=", absl::StrJoin(setting->texts, ",")));
  }
  return absl::StrJoin(parts, " ");
}

TEST(ConfigFileTest, ReadsJsonAndYaml) {
  constexpr struct {
    const char* text;
    const char* result;
  } kCases[] = {
      {"", ""},
      {"# nothing\n", ""},
      {"{}", ""},
      {"---\nnum_stages: 4\n", "num_stages=4"},
      {"num_stages: 4\nnum_batches: 8\n", "num_stages=4 num_batches=8"},
      {"{\n\t\"num_stages\": 4,\n\t\"forward_times\": [1,\n\t2.5]\n}",
       "num_stages=4 forward_times=1,2.5"},
      {"\xef\xbb\xbf{\"num_stages\": 4}", "num_stages=4"},
      {"num_stages: 4\r\nnum_batches: 8\r\n", "num_stages=4 num_batches=8"},
      {"forward_times:\n  - 1\n  - .5\n", "forward_times=1,.5"},
      {"forward_times: 2", "forward_times=2"},
      {"forward_times: &f [1, 2]\nbackward_times: *f\n", "forward_times=1,2 backward_times=1,2"},
      {"forward_times: [.nan, -.inf, 1e999, -1]", "forward_times=nan,-inf,1e999,-1"},
      {"num_stages: 99999999999999999999", "num_stages=99999999999999999999"},
      {"output_file: \"a.png\"\np2p_time: 0.0\n", "output_file=a.png p2p_time=0.0"},
      {"title: 2024", "title=2024"},
      {"schedule: gpipe\nchunks_per_rank: 1", "schedule=gpipe chunks_per_rank=1"},
      {"no_visualization: true", "no_visualization=true"},
      {"view: full\nformat: json\noutput_format: order\ntime_unit: ms",
       "view=full format=json output_format=order time_unit=ms"},
      {"activation_bytes: [1, 2]\nmemory_limit: 80000000000",
       "activation_bytes=1,2 memory_limit=80000000000"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    const auto settings = ParseConfig(c.text, "f");
    ASSERT_THAT(settings, IsOk());
    EXPECT_EQ(Describe(*settings), c.result);
  }
}

TEST(ConfigFileTest, SaysWhatIsWrongAndWhere) {
  constexpr struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"num_stages: 4\nnum_batch: 8\n",
       "f:2:1: unknown key \"num_batch\"; did you mean num_batches?"},
      {"colour: red", "f:1:1: unknown key \"colour\""},
      {"num-stages: 4", "f:1:1: unknown key \"num-stages\"; did you mean num_stages?"},
      {"server: a:1", "f:1:1: unknown key \"server\""},
      {"num_stages: 4\nnum_stages: 4\n", "f:2:1: num_stages: is there twice"},
      {"{\"num_stages\": \"4\"}", "f:1:16: num_stages: want a whole number, got the text \"4\""},
      {"num_stages: 1.0", "f:1:13: num_stages: want a whole number, got \"1.0\""},
      {"num_stages: 0x10", "f:1:13: num_stages: want a whole number, got \"0x10\""},
      {"num_stages: [4]", "f:1:13: num_stages: want a value, got a list"},
      {"num_stages: {a: 1}", "f:1:13: num_stages: want a value, got a map"},
      {"num_stages:\nnum_batches: 8", "f:1:1: num_stages: want a value, got nothing"},
      {"num_stages: true", "f:1:13: num_stages: want a whole number, got \"true\""},
      {"forward_times: [1, two]", "f:1:20: forward_times: want a number, got \"two\""},
      {"forward_times: [1, \"2\"]", "f:1:20: forward_times: want a number, got the text \"2\""},
      {"forward_times: [1, [2]]", "f:1:20: forward_times: want a value, got a list"},
      {"forward_times: []", "f:1:16: forward_times: the list is empty"},
      {"forward_times: nan", "f:1:16: forward_times: want a number, got \"nan\""},
      {"p2p_time: !!str 1", "f:1:11: p2p_time: want a number, got the text \"1\""},
      {"output_file: [a]", "f:1:14: output_file: want a text, got a list"},
      {"no_visualization: yes", "f:1:19: no_visualization: want true or false, got \"yes\""},
      {"view: all", "f:1:7: view: want summary|full, got \"all\""},
      {"? [a]\n: 1", "want a key, got a list"},
      {"[1, 2]", "f:1:1: want keys with values, got a list"},
      {"num_stages", "f:1:1: want keys with values, got \"num_stages\""},
      {"num_stages: 4\n---\nnum_batches: 8\n", "want one document, got more"},
      {"!,n!", "want"},  // yaml-cpp does not get past this tag
      {"{\"num_stages\": 4", "neither JSON nor YAML"},
      {"num_stages: 4\n  num_batches: 8", "f:2:14: neither JSON nor YAML"},
      {"num_stages: *gone", "neither JSON nor YAML"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    EXPECT_THAT(ParseConfig(c.text, "f"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

TEST(ConfigFileTest, SaysAllThatIsWrongAtOnce) {
  EXPECT_EQ(ParseConfig("num_stage: 4\nnum_batches: \"8\"\nforward_times: [x, 1, y]\n", "f")
                .status()
                .message(),
            "f:1:1: unknown key \"num_stage\"; did you mean num_stages?\n"
            "f:2:14: num_batches: want a whole number, got the text \"8\"\n"
            "f:3:17: forward_times: want a number, got \"x\"\n"
            "f:3:23: forward_times: want a number, got \"y\"");
}

TEST(ConfigFileTest, RefusesWhatIsNoText) {
  EXPECT_THAT(ParseConfig(absl::string_view("num_stages: 4\0", 14), "f"),
              StatusIs(absl::StatusCode::kInvalidArgument, "f: is binary, want JSON or YAML text"));
  EXPECT_THAT(
      ParseConfig("title: \"\xff\xfe\"\n", "f"),
      StatusIs(absl::StatusCode::kInvalidArgument, "f: is not UTF-8, want JSON or YAML text"));
}

TEST(ConfigFileTest, EndsQuicklyOnHostileFiles) {
  const auto repeat = [](const char* text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
  };
  EXPECT_FALSE(ParseConfig(repeat("[", 200'000), "f").ok());
  EXPECT_FALSE(ParseConfig(repeat("{a: ", 200'000), "f").ok());
  EXPECT_THAT(ParseConfig(repeat("- ", 200'000), "f"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nested too deep")));
  std::string bomb = "a: &a [x, x]\n";
  for (int i = 0; i < 30; ++i) absl::StrAppend(&bomb, "b", i, ": &b", i, " [*a, *a]\n");
  EXPECT_FALSE(ParseConfig(bomb, "f").ok());
}

TEST(ConfigFileTest, ReportsFilesThatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(ReadConfig(folder.File("none.yaml")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.yaml: No such file")));
  const auto is_folder = ReadConfig(folder.path());
  EXPECT_FALSE(is_folder.ok());
  EXPECT_THAT(std::string(is_folder.status().message()), HasSubstr("Is a directory"));
  const std::string large = folder.Write("large", std::string(kMaxConfigBytes + 1, ' '));
  EXPECT_THAT(ReadConfig(large),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("larger than 1048576 bytes")));
  EXPECT_THAT(ReadConfig(folder.Write("full", std::string(kMaxConfigBytes, ' '))), IsOk());
}

}  // namespace
}  // namespace pipesched::cli
