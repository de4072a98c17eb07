#include "clients/cli/help.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/text.h"

namespace pipesched::cli {
namespace {

constexpr size_t kHelpWidth = 64;

constexpr absl::string_view kPlanExamples =
    "  pipesched --num-stages 4 --num-batches 8\n"
    "  pipesched -s 4 -b 8 -f 0.8 1.0 1.2 1.0 -bw 1.6 2.0 2.4 2.0 -o plan.png\n"
    "  pipesched --config plan.yaml --schedule gpipe --no-visualization\n"
    "  pipesched -s 4 -b 8 --format json\n"
    "  pipesched -s 4 -b 8 -o - --output-format order\n"
    "  pipesched --server unix:/run/pipesched.sock -s 4 -b 8\n";

constexpr ExitCodeInfo kExitCodes[] = {
    {0, "ok"},           {64, "command line"}, {65, "refused by the service"},
    {69, "no service"},  {73, "cannot write"}, {75, "try later"},
    {77, "not allowed"}, {78, "config file"},  {130, "interrupted"},
    {70, "the rest"},
};

}  // namespace

absl::Span<const ExitCodeInfo> AllExitCodes() { return kExitCodes; }

absl::string_view Examples(Command command) {
  switch (command) {
    case kCompute: return kPlanExamples;
    case kRender: return "  pipesched render -s 4 -b 8 -o plan.png --title \"Step 1\"\n";
    case kValidate:
      return "  pipesched validate plan.order\n"
             "  pipesched validate plan.csv --transport rendezvous --junit report.xml\n"
             "  pipesched validate plan.csv -f 1 -bw 2 --max-bubble-rate 0.2\n";
    case kExport:
      return "  pipesched export plan.order -o plan.csv --with-comms\n"
             "  pipesched export -s 4 -b 8 --schedule zb_h1 -o plan.trace.json\n"
             "  pipesched export hangs.csv --repair --transport rendezvous -o plan.csv\n";
    case kSchedules: return "  pipesched schedules\n  pipesched schedules --format json\n";
    case kHealth: return "  pipesched health --server 127.0.0.1:50551\n";
    case kCompareKinds:
      return "  pipesched compare -s 8 -b 64 --p2p-time 0.1\n"
             "  pipesched compare -s 4 -b 8 --activation-bytes 2 --memory-limit 8 --fit-memory\n"
             "  pipesched compare -s 4 -b 8 --chunks-per-rank 1,2,4 --format json\n"
             "  pipesched compare -s 4 -b 8 --p2p-time 0.1 -o kinds.html\n";
    case kSearch:
      return "  pipesched search -s 4 -b 8 -f 10 --backward-input-times 12 "
             "--backward-weight-times 6 --p2p-time 4\n"
             "  pipesched search -s 4 -b 8 --activation-bytes 2 --memory-limit 6 -o plan.order\n"
             "  pipesched search -s 4 -b 8 --activation-bytes 2 --pareto --candidate-budget "
             "100000\n";
    case kVersion: return "  pipesched version --server 127.0.0.1:50551\n";
    case kCompletion:
      return "  source <(pipesched completion bash)\n"
             "  pipesched completion fish > ~/.config/fish/completions/pipesched.fish\n";
  }
  return "";
}

namespace {

// The words of `text` in lines of at most `width` characters.
std::vector<std::string> Wrap(absl::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    absl::StrAppend(&lines.back(), lines.back().empty() ? "" : " ", word);
  }
  return lines;
}

std::string FormatExitCodes() {
  constexpr size_t kWidth = 86;
  const std::string text =
      absl::StrCat("Exit codes: ",
                   absl::StrJoin(kExitCodes, ", ", [](std::string* out, const ExitCodeInfo& info) {
                     absl::StrAppend(out, info.code, " ", info.meaning);
                   }));
  return absl::StrCat(absl::StrJoin(Wrap(text, kWidth), "\n"), ".\n");
}

}  // namespace

std::string NamesAndValue(const Flag& flag) {
  const std::string short_name =
      flag.short_name.empty() ? "" : absl::StrCat("-", flag.short_name, ", ");
  const absl::string_view value = flag.choices.empty() ? flag.value_name : flag.choices;
  return absl::StrCat(short_name, LongName(flag), value.empty() ? "" : " ", value,
                      IsList(flag.kind) ? "..." : "");
}

std::string FormatHelp(Command command) {
  std::string commands;
  absl::string_view about;
  std::vector<std::vector<std::string>> rows;
  for (const CommandInfo& info : AllCommands()) {
    if (info.command == command) about = info.help;
    rows.push_back({absl::StrCat("  ", info.name), std::string(info.help)});
  }
  if (command == kCompute) commands = absl::StrCat("\nCommands:\n", FormatTable(rows, 2));
  rows.clear();
  for (const Flag& flag : AllFlags()) {
    if (!HasFlag(command, flag)) continue;
    std::string names = absl::StrCat("  ", NamesAndValue(flag));
    for (std::string& line : Wrap(flag.help, kHelpWidth)) {
      rows.push_back({std::move(names), std::move(line)});
      names.clear();
    }
  }
  return absl::StrCat("pipesched: ", about, "\n\nExamples:\n", Examples(command), commands,
                      "\nFlags:\n", FormatTable(rows, 2), "\n", FormatExitCodes());
}

}  // namespace pipesched::cli
