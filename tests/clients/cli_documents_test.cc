// The man page and the completion scripts, made from the CLI's tables.
// "PIPESCHED_UPDATE=1 build/release/bin/clients_cli_documents_test" writes them anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "clients/cli/completion.h"
#include "clients/cli/flags.h"
#include "clients/cli/man_page.h"
#include "tests/support/documents.h"
#include "tests/support/process.h"

namespace pipesched::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

// Where the programs of this build are.
std::string BinaryFolder() {
  const std::string program = BuiltProgram("pipesched");
  return program.substr(0, program.rfind('/'));
}

// What a shell prints for `script`; skips where there is no such shell.
ProcessResult RunShell(const std::string& shell, const std::string& script) {
  ProcessOptions options;
  options.environment["PATH"] = absl::StrCat(BinaryFolder(), ":/usr/bin:/bin");
  return RunProcess({"/usr/bin/env", shell, "-c", script}, options);
}

bool HasShell(const std::string& shell) { return RunShell(shell, "true").exit_code == 0; }

std::vector<std::string> Lines(const ProcessResult& result) {
  EXPECT_EQ(result.err, "");
  return absl::StrSplit(result.out, '\n', absl::SkipEmpty());
}

std::string Script(absl::string_view shell) {
  return SourceFile(absl::StrCat("deploy/completion/pipesched.", shell));
}

TEST(CliDocumentsTest, ManPage) { ExpectFile("docs/pipesched.1", FormatManPage()); }

TEST(CliDocumentsTest, CompletionScripts) {
  for (const absl::string_view shell : {"bash", "zsh", "fish"}) {
    ExpectFile(absl::StrCat("deploy/completion/pipesched.", shell), FormatCompletion(shell));
  }
}

TEST(CliDocumentsTest, TheManPageNamesEveryFlag) {
  const std::string page = FormatManPage();
  for (const Flag& flag : AllFlags()) {
    std::string name;
    for (const char c : LongName(flag)) name += c == '-' ? "\\-" : std::string(1, c);
    EXPECT_THAT(page, HasSubstr(name));
  }
}

// What bash offers for these words; the last is the one being typed.
std::vector<std::string> InBash(const std::string& words) {
  return Lines(RunShell("bash", absl::StrCat("source ", Script("bash"), "; COMP_WORDS=(", words,
                                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
                                             "_pipesched; printf '%s\\n' \"${COMPREPLY[@]}\"")));
}

TEST(CliDocumentsTest, BashCompletes) {
  if (!HasShell("bash")) GTEST_SKIP() << "no bash";
  EXPECT_THAT(InBash("pipesched ver"), UnorderedElementsAre("version"));
  EXPECT_THAT(InBash("pipesched --num-s"), UnorderedElementsAre("--num-stages"));
  EXPECT_THAT(InBash("pipesched render --no-v"), IsEmpty());
  EXPECT_THAT(InBash("pipesched --format j"), UnorderedElementsAre("json"));
  EXPECT_THAT(InBash("pipesched --schedule zb_"), UnorderedElementsAre("zb_h1", "zb_h2"));
  EXPECT_THAT(InBash("pipesched completion ''"), UnorderedElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(InBash("pipesched -s ''"), IsEmpty());
  EXPECT_THAT(InBash(absl::StrCat("pipesched -c ", SourceFile("tests/samples/cust"))),
              Contains(SourceFile("tests/samples/custom.json")));
}

TEST(CliDocumentsTest, FishCompletes) {
  if (!HasShell("fish")) GTEST_SKIP() << "no fish";
  const auto in_fish = [](const std::string& words) {
    std::vector<std::string> names;
    const ProcessResult result =
        RunShell("fish", absl::StrCat("source ", Script("fish"), "; complete -C '", words, "'"));
    for (const std::string& line : Lines(result)) {
      names.push_back(line.substr(0, line.find('\t')));
    }
    return names;
  };
  EXPECT_THAT(in_fish("pipesched ver"), UnorderedElementsAre("version"));
  EXPECT_THAT(in_fish("pipesched --num-s"), UnorderedElementsAre("--num-stages"));
  EXPECT_THAT(in_fish("pipesched render --no-v"), IsEmpty());
  EXPECT_THAT(in_fish("pipesched --format j"), UnorderedElementsAre("json"));
  EXPECT_THAT(in_fish("pipesched --schedule zb_"), UnorderedElementsAre("zb_h1", "zb_h2"));
  EXPECT_THAT(in_fish("pipesched completion "), IsSupersetOf({"bash", "zsh", "fish"}));
}

// _arguments prints what it gets: what it makes of that is zsh's own matter.
TEST(CliDocumentsTest, ZshCompletes) {
  if (!HasShell("zsh")) GTEST_SKIP() << "no zsh";
  const auto in_zsh = [](const std::string& words) {
    return Lines(RunShell(
        "zsh", absl::StrCat("compdef() {}; _arguments() { print -l -- \"$@\" }; "
                            "_describe() { print -l -- $commands }; source ",
                            Script("zsh"), "; words=(", words, "); CURRENT=$#words; _pipesched")));
  };
  EXPECT_THAT(in_zsh("pipesched ver"),
              Contains("version:print the versions of this program and of the service"));
  const std::vector<std::string> flags = in_zsh("pipesched compute --f");
  EXPECT_THAT(flags, Contains(HasSubstr("--num-stages[number of pipeline stages]:N:")));
  EXPECT_THAT(flags, Contains(AllOf(HasSubstr("--format["), HasSubstr(":(text json)"))));
  EXPECT_THAT(flags, Contains(HasSubstr(":KIND:_pipesched_kinds")));
  EXPECT_THAT(in_zsh("pipesched health --f"), Not(Contains(HasSubstr("--num-stages"))));
}

TEST(CliDocumentsTest, TheProgramPrintsThem) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const ProcessResult result = RunProcess({BuiltProgram("pipesched"), "completion", shell});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out, FormatCompletion(shell));
  }
  const ProcessResult wrong = RunProcess({BuiltProgram("pipesched"), "completion", "tcsh"});
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.err, HasSubstr("--shell: want bash|zsh|fish, got \"tcsh\""));
  EXPECT_EQ(RunProcess({BuiltProgram("pipesched"), "completion"}).exit_code, 64);
}

}  // namespace
}  // namespace pipesched::cli
