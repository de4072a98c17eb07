#include "clients/cli/man_page.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "clients/cli/flags.h"
#include "clients/cli/help.h"

namespace pipesched::cli {
namespace {

// Dashes that can be copied.
std::string Roff(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n  ", "\n"}});
}

std::string Item(absl::string_view name, absl::string_view text) {
  return absl::StrCat(".TP\n\\fB", Roff(name), "\\fR\n", Roff(text), "\n");
}

// "Of health." for a flag that few commands have.
std::string Whose(const Flag& flag) {
  std::vector<absl::string_view> names;
  for (const CommandInfo& info : AllCommands()) {
    if ((flag.commands & info.command) != 0) names.push_back(info.name);
  }
  return names.size() > 2 ? "" : absl::StrCat(" (", absl::StrJoin(names, ", "), ")");
}

}  // namespace

std::string FormatManPage() {
  std::string result =
      ".TH PIPESCHED 1 \"\" pipesched\n.SH NAME\n"
      "pipesched \\- compute, check and draw pipeline\\-parallel training schedules\n"
      ".SH SYNOPSIS\n.B pipesched\n[\\fIcommand\\fR] [\\fIflags\\fR]\n"
      ".SH DESCRIPTION\nComputes a schedule of a training step that is split over the ranks of "
      "a pipeline,\nprints its numbers and draws it. With \\fB\\-\\-server\\fR the daemon "
      "\\fBpipeschedd\\fR(8) is asked, and gives the same bytes.\n"
      ".SH COMMANDS\n";
  for (const CommandInfo& info : AllCommands())
    absl::StrAppend(&result, Item(info.name, info.help));
  absl::StrAppend(&result, ".SH OPTIONS\n");
  for (const Flag& flag : AllFlags()) {
    absl::StrAppend(&result, Item(NamesAndValue(flag), absl::StrCat(flag.help, Whose(flag))));
  }
  absl::StrAppend(&result,
                  ".SH FILES\nThe file of \\fB\\-\\-config\\fR is YAML or JSON; its keys are the "
                  "options' names with underscores, and \\fBoutput_file\\fR. An option wins over "
                  "the file.\n.SH ENVIRONMENT\n",
                  Item("PIPESCHED_SERVER", "the daemon to ask, as --server"),
                  Item("NO_COLOR", "if it is set, text has no color"), ".SH EXIT STATUS\n");
  for (const ExitCodeInfo& info : AllExitCodes()) {
    absl::StrAppend(&result, Item(absl::StrCat(info.code), info.meaning));
  }
  absl::StrAppend(&result, ".SH EXAMPLES\n");
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, ".nf\n", Roff(absl::StrCat("\n", Examples(info.command))).substr(1),
                    ".fi\n.PP\n");
  }
  return absl::StrCat(result.substr(0, result.size() - 4), ".SH SEE ALSO\n\\fBpipeschedd\\fR(8)\n");
}

}  // namespace pipesched::cli
