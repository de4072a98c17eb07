#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/documents.h"
#include "clients/cli/flags.h"
#include "clients/cli/help.h"

namespace pipesched::cli {
namespace {

// Text for a man page: dashes and quotes that can be copied, no line that is a macro.
std::string Roff(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"\\", "\\e"}, {"-", "\\-"}, {"\"", "\\(dq"}, {"'", "\\(aq"}, {"\n.", "\n\\&."}});
}

// The commands that have a flag; empty: all that plan have it, or all.
std::string OnlyOf(const Flag& flag) {
  if ((flag.commands & kPlans) == kPlans) return "";
  std::string names;
  for (const CommandInfo& info : AllCommands()) {
    if ((flag.commands & info.command) == 0) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", info.name);
  }
  return absl::StrCat("\nOnly of ", Roff(names), ".");
}

std::string Option(const Flag& flag) {
  const absl::string_view value = flag.choices.empty() ? flag.value_name : flag.choices;
  std::string names = absl::StrCat("\\fB", Roff(LongName(flag)), "\\fR");
  if (!flag.short_name.empty()) names = absl::StrCat("\\fB\\-", flag.short_name, "\\fR, ", names);
  if (!value.empty()) absl::StrAppend(&names, " \\fI", Roff(value), "\\fR");
  return absl::StrCat(".TP\n", names, IsList(flag.kind) ? "..." : "", "\n", Roff(flag.help),
                      OnlyOf(flag), "\n");
}

}  // namespace

std::string FormatManPage() {
  std::string result =
      ".TH PIPESCHED 1\n.SH NAME\n"
      "pipesched \\- computes, checks and draws pipeline\\-parallel training schedules\n"
      ".SH SYNOPSIS\n.B pipesched\n[\\fIcommand\\fR] [\\fIflags\\fR]\n.SH DESCRIPTION\n"
      "Without \\fB\\-\\-server\\fR the service runs inside the program; with it, "
      "\\fBpipeschedd\\fR(8) is asked and the answer is the same.\n"
      "A list of values is separated by spaces.\n.SH COMMANDS\n";
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, ".TP\n\\fB", Roff(info.name), "\\fR\n", Roff(info.help), "\n");
  }
  absl::StrAppend(&result, ".SH OPTIONS\n");
  for (const Flag& flag : AllFlags()) absl::StrAppend(&result, Option(flag));
  absl::StrAppend(&result, ".SH EXAMPLES\n.nf\n");
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, Roff(Examples(info.command)));
  }
  absl::StrAppend(
      &result,
      ".fi\n.SH ENVIRONMENT\n.TP\nPIPESCHED_SERVER\nthe daemon to ask where "
      "\\fB\\-\\-server\\fR is not given\n.TP\nNO_COLOR\nif it is not empty, there is no colour\n"
      ".SH FILES\nThe file of \\fB\\-\\-config\\fR is YAML or JSON; its keys are the flags' names "
      "with underscores.\nA flag wins over it.\n.SH EXIT STATUS\n",
      Roff(ExitCodes()), ".SH SEE ALSO\n.BR pipeschedd (8)\n");
  return result;
}

}  // namespace pipesched::cli
