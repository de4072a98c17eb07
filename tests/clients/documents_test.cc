// The documents that are made from the command line's table of flags.
// "PIPESCHED_UPDATE=1 build/release/bin/clients_documents_test" writes them anew.

#include "clients/cli/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/cli/flags.h"
#include "tests/support/process.h"

namespace pipesched::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

void ExpectFile(const std::string& path, const std::string& content) {
  const std::string full = SourceFile(path);
  if (std::getenv("PIPESCHED_UPDATE") != nullptr) {
    std::ofstream(full, std::ios::binary) << content;
  }
  std::ifstream file(full, std::ios::binary);
  const std::string found{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(found, content) << path << " is not what its source says";
}

// What bash offers for a line whose last word is being written.
std::vector<std::string> Complete(const std::vector<std::string>& words,
                                  const ProcessOptions& options = {}) {
  std::string script =
      absl::StrCat("source ", SourceFile("deploy/completion/pipesched.bash"), "\nCOMP_WORDS=(");
  for (const std::string& word : words) absl::StrAppend(&script, " '", word, "'");
  absl::StrAppend(&script, ")\nCOMP_CWORD=", words.size() - 1,
                  "\n_pipesched\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  const ProcessResult result = RunProcess({"/bin/bash", "-euc", script}, options);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return absl::StrSplit(result.out, '\n', absl::SkipEmpty());
}

TEST(CliDocumentsTest, ManPage) { ExpectFile("docs/pipesched.1", FormatManPage()); }

TEST(CliDocumentsTest, Completion) {
  for (const std::string& shell : std::vector<std::string>(absl::StrSplit(kShells, '|'))) {
    ExpectFile(absl::StrCat("deploy/completion/pipesched.", shell), FormatCompletion(shell));
  }
}

TEST(CliDocumentsTest, TheManPageNamesEveryCommandAndFlag) {
  const std::string page = FormatManPage();
  for (const CommandInfo& info : AllCommands()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\\fB", info.name, "\\fR\n")));
  }
  for (const Flag& flag : AllFlags()) EXPECT_THAT(page, HasSubstr(flag.help.substr(0, 5)));
}

TEST(BashCompletionTest, OffersCommandsFirst) {
  EXPECT_THAT(Complete({"pipesched", "co"}), UnorderedElementsAre("compute", "completion"));
  EXPECT_THAT(Complete({"pipesched", "--num-st"}), ElementsAre("--num-stages"));
}

TEST(BashCompletionTest, OffersTheFlagsOfTheCommandAndNoOthers) {
  for (const CommandInfo& info : AllCommands()) {
    std::set<std::string> flags;
    for (const Flag& flag : AllFlags()) {
      if ((flag.commands & info.command) == 0) continue;
      flags.insert(LongName(flag));
      if (!flag.short_name.empty()) flags.insert(absl::StrCat("-", flag.short_name));
    }
    const auto offered = Complete({"pipesched", std::string(info.name), "-"});
    EXPECT_EQ(std::set<std::string>(offered.begin(), offered.end()), flags) << info.name;
  }
}

TEST(BashCompletionTest, OffersChoices) {
  EXPECT_THAT(Complete({"pipesched", "health", "--format", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(Complete({"pipesched", "--schedule", "zb"}),
              UnorderedElementsAre("zb_h1", "zb_h2", "zbv"));
  EXPECT_THAT(Complete({"pipesched", "--schedule", "=", "zb_h"}),
              UnorderedElementsAre("zb_h1", "zb_h2"));
  EXPECT_THAT(Complete({"pipesched", "--schedule", "="}), Contains("1f1b"));
  EXPECT_THAT(Complete({"pipesched", "completion", ""}), Contains("fish"));
}

// No kind is offered that the service does not know, and none is left out.
TEST(BashCompletionTest, OffersTheKindsOfTheService) {
  const ProcessResult listed = RunProcess({BuiltProgram("pipesched"), "schedules"});
  for (const std::string& kind : Complete({"pipesched", "--schedule", ""})) {
    EXPECT_THAT(listed.out, testing::ContainsRegex(absl::StrCat("(^|\n)", kind, " ")));
  }
}

TEST(BashCompletionTest, OffersFilesWhereAFileIsWanted) {
  const TemporaryFolder folder;
  folder.Write("plan a.yaml", "");
  ProcessOptions options;
  options.directory = folder.path();
  EXPECT_THAT(Complete({"pipesched", "-c", "pl"}, options), ElementsAre("plan a.yaml"));
  EXPECT_THAT(Complete({"pipesched", "--num-stages", ""}, options), ElementsAre());
}

TEST(CompletionCommandTest, PrintsTheFilesOfTheRepo) {
  for (const std::string& shell : std::vector<std::string>(absl::StrSplit(kShells, '|'))) {
    const ProcessResult result = RunProcess({BuiltProgram("pipesched"), "completion", shell});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out, FormatCompletion(shell));
  }
}

TEST(CompletionCommandTest, NeedsAShellThatItKnows) {
  const std::string program = BuiltProgram("pipesched");
  const ProcessResult none = RunProcess({program, "completion"});
  EXPECT_EQ(none.exit_code, 64);
  EXPECT_THAT(none.err, HasSubstr("completion: needs a shell, want bash|zsh|fish"));
  const ProcessResult unknown = RunProcess({program, "completion", "csh"});
  EXPECT_EQ(unknown.exit_code, 64);
  EXPECT_THAT(unknown.err, HasSubstr("--shell: want bash|zsh|fish, got \"csh\""));
  EXPECT_EQ(RunProcess({program, "completion", "--help"}).exit_code, 0);
}

}  // namespace
}  // namespace pipesched::cli
