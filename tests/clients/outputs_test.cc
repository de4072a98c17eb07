#include "clients/cli/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command_line.h"
#include "tests/support/status_matchers.h"

namespace pipesched::cli {
namespace {

using testing::HasSubstr;

absl::StatusOr<std::optional<Output>> Choose(absl::string_view line) {
  const auto command_line = ParseCommandLine(absl::StrSplit(line, ' '));
  if (!command_line.ok()) return command_line.status();
  return ChooseOutput(command_line->command, command_line->settings);
}

std::string Describe(const std::optional<Output>& output) {
  if (!output) return "nothing";
  constexpr absl::string_view kNames[] = {"png", "svg", "pdf", "html", "txt", "json", "order"};
  return absl::StrCat(kNames[static_cast<size_t>(output->format)], " ", output->path);
}

TEST(OutputsTest, FollowsEndingFormatAndSwitches) {
  constexpr struct {
    const char* line;
    const char* output;
  } kCases[] = {
      {"-s 4", "png pipeline_1f1b.png"},
      {"--schedule gpipe", "png pipeline_gpipe.png"},
      {"-o a.png", "png a.png"},
      {"-o A.PNG", "png A.PNG"},
      {"-o b/a.json", "json b/a.json"},
      {"-o a.order", "order a.order"},
      {"-o a.b.order", "order a.b.order"},
      {"-o plan --output-format json", "json plan"},
      {"-o a.json --output-format json", "json a.json"},
      {"-o - --output-format png", "png -"},
      {"--output-format order", "order pipeline_1f1b.order"},
      {"--no-visualization", "nothing"},
      {"--no-visualization -o a.png", "nothing"},
      {"--no-visualization -o a.json", "json a.json"},
      {"--format json", "nothing"},
      {"--format json -o a.png", "png a.png"},
      {"render --format json", "png pipeline_1f1b.png"},
      {"render -o a.png", "png a.png"},
      {"-o a.svg", "svg a.svg"},
      {"-o a.pdf", "pdf a.pdf"},
      {"-o a.html", "html a.html"},
      {"-o a.txt", "txt a.txt"},
      {"-o - --output-format svg", "svg -"},
      {"--draw", "nothing"},
      {"--draw -o a.png", "png a.png"},
      {"render --draw", "nothing"},
      {"render --compare 1f1b zb_h1", "png pipeline_comparison.png"},
      {"compare -o a.html", "html a.html"},
      {"compare -o a.json", "json a.json"},
      {"compare --output-format svg", "svg pipeline_comparison.svg"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    const auto output = Choose(c.line);
    ASSERT_THAT(output, IsOk());
    EXPECT_EQ(Describe(*output), c.output);
  }
}

TEST(OutputsTest, SaysWhichFormatsThereAre) {
  constexpr struct {
    const char* line;
    const char* message;
  } kCases[] = {
      {"-o a.gif",
       "--output: unknown ending of \"a.gif\", want one of .png .svg .pdf .html .txt .json .order"},
      {"-o plan", "want one of .png .svg .pdf .html .txt .json .order"},
      {"-o -", "--output: - needs --output-format"},
      {"-o a.png --output-format json", "does not end as --output-format json"},
      {"render -o a.json", "--output: render writes pictures, want one of .png"},
      {"render --output-format json", "--output-format: render writes pictures"},
      {"-o - --output-format png --no-visualization",
       "--output: - wants the picture that --no-visualization leaves out"},
      {"render -o a.gif", "unknown ending of \"a.gif\", want one of .png .svg .pdf .html .txt"},
      {"--draw --format json", "--draw: draws where --format json prints"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    EXPECT_THAT(Choose(c.line), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace pipesched::cli
