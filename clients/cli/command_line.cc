#include "clients/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/nearest.h"
#include "base/text.h"
#include "clients/cli/numbers.h"
#include "clients/cli/outputs.h"

namespace pipesched::cli {
namespace {

// CLI11 gives a list without this limit only one value an occurrence.
constexpr int kMaxListValues = 1 << 20;

// A command line full of wrong values is told about up to here.
constexpr size_t kMaxProblems = 20;

// An empty text between two occurrences of a list is CLI11's own. One that the
// user gives becomes this, which no argument of a program can be.
constexpr absl::string_view kEmptyText("\0", 1);

// What argparse takes for a flag: "-x", "--xyz", "--"; not "-", "-1.5" or "- x".
bool LooksLikeFlag(absl::string_view text) {
  return text.size() > 1 && text[0] == '-' && !absl::StrContains(text, ' ') &&
         !(ParseNumber(text) &&
           (absl::ascii_isdigit(static_cast<unsigned char>(text[1])) || text[1] == '.'));
}

// What is wrong, a line each.
using Problems = std::vector<std::string>;

absl::Status ToStatus(const Problems& problems) {
  if (problems.empty()) return absl::OkStatus();
  const size_t told = std::min(problems.size(), kMaxProblems);
  return absl::InvalidArgumentError(
      absl::StrJoin(problems.begin(), problems.begin() + static_cast<ptrdiff_t>(told), "\n"));
}

// Rewrites what CLI11 reads otherwise than argparse: it has no short names of two
// letters, takes "=1" for the value of "-f=1", and "-.5" and "--" for flags or a
// flag for a missing value. A known flag becomes "--name" or "--name=value"; one
// with a problem is left out.
std::vector<std::string> Rewrite(absl::Span<const std::string> args, Command command,
                                 Problems& problems) {
  std::vector<std::string> result;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      problems.push_back("unexpected argument \"--\"");
      continue;
    }
    const size_t equals = arg.find('=');
    const Flag* flag = FindFlag(absl::string_view(arg).substr(0, equals), command);
    if (flag == nullptr) {
      result.push_back(arg.empty() ? std::string(kEmptyText)
                       : absl::StartsWith(arg, "-.") && ParseNumber(arg)
                           ? absl::StrCat("-0", arg.substr(1))
                           : arg);
      continue;
    }
    const bool has_value = equals != std::string::npos;
    if (flag->kind == ValueKind::kSwitch) {
      if (has_value) {
        problems.push_back(absl::StrCat(LongName(*flag), ": takes no value"));
        continue;
      }
    } else if (has_value ? equals + 1 == arg.size()
                         : i + 1 == args.size() || LooksLikeFlag(args[i + 1])) {
      problems.push_back(absl::StrCat(LongName(*flag), ": needs a value"));
      continue;
    }
    result.push_back(absl::StrCat(LongName(*flag), has_value ? arg.substr(equals) : ""));
  }
  return result;
}

absl::StatusOr<Command> FindCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandInfo& info : AllCommands()) {
    if (info.name == name) return info.command;
    names.emplace_back(info.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown command ", Quote(name), DidYouMean(name, names)));
}

// What no flag takes. After an unknown flag the rest may be its values.
void AddUnexpected(const std::vector<std::string>& extras, Command command, Problems& problems) {
  std::vector<std::string> names;
  for (const Flag& flag : AllFlags()) {
    if (!HasFlag(command, flag)) continue;
    names.push_back(LongName(flag));
    if (flag.short_name.size() > 1) names.push_back(absl::StrCat("-", flag.short_name));
  }
  for (const std::string& arg : extras) {
    if (!LooksLikeFlag(arg)) continue;
    const std::string name = arg.substr(0, arg.find('='));
    problems.push_back(absl::StrCat("unknown flag ", Quote(name), DidYouMean(name, names)));
  }
  if (problems.empty() && !extras.empty()) {
    problems.push_back(absl::StrCat("unexpected argument ",
                                    Quote(extras[0] == kEmptyText ? "" : extras[0]),
                                    FindCommand(extras[0]).ok() ? "; a command comes first" : ""));
  }
}

// The values of the last occurrence, as the user wrote them. Those of a list of names add
// up: "--compare 1f1b --compare zbv" names two.
std::vector<std::string> TakeTexts(const CLI::Option& option, ValueKind kind) {
  const std::vector<std::string>& results = option.results();
  std::vector<std::string> texts;
  if (kind == ValueKind::kTexts) {
    std::copy_if(results.begin(), results.end(), std::back_inserter(texts),
                 [](const std::string& text) { return !text.empty(); });
  } else {
    const auto first =
        IsList(kind) ? std::find(results.rbegin(), results.rend(), "").base() : results.end() - 1;
    texts.assign(first, results.end());
  }
  for (std::string& text : texts) {
    if (text == kEmptyText) text.clear();
  }
  return texts;
}

// Of a flag that is given twice the last value counts, as with argparse. But somebody
// would miss a file that is not read or not written.
void AddSecondFile(const Flag& flag, const CLI::Option& option, Problems& problems) {
  constexpr FlagId kFiles[] = {FlagId::kConfig, FlagId::kOrder, FlagId::kOutput, FlagId::kJunit};
  if (std::find(std::begin(kFiles), std::end(kFiles), flag.id) == std::end(kFiles)) return;
  const std::vector<std::string>& files = option.results();
  for (size_t i = 1; i < files.size(); ++i) {
    if (files[i] == files[0]) continue;
    problems.push_back(absl::StrCat(LongName(flag), ": given twice, ", Quote(files[0]), " and ",
                                    Quote(files[i]), ", want one"));
    return;
  }
}

void AddOption(const Flag& flag, CLI::App& app) {
  const std::string names = flag.short_name.size() == 1
                                ? absl::StrCat("-", flag.short_name, ",", LongName(flag))
                                : LongName(flag);
  if (flag.kind == ValueKind::kSwitch) {
    app.add_flag(names)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    return;
  }
  CLI::Option* option = app.add_option(names);
  if (IsList(flag.kind)) {
    option->expected(1, kMaxListValues)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    option->inject_separator();
  } else {
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

void TakeSettings(CLI::App& app, Command command, Settings& settings, Problems& problems) {
  for (const Flag& flag : AllFlags()) {
    if (!HasFlag(command, flag)) continue;
    const std::string name = LongName(flag);
    const CLI::Option* option = app.get_option(name);
    if (option->count() == 0) continue;
    if (flag.kind == ValueKind::kSwitch) {
      settings.Set(flag.id, {name, {"true"}});
      continue;
    }
    AddSecondFile(flag, *option, problems);
    std::vector<std::string> texts = TakeTexts(*option, flag.kind);
    for (const std::string& text : texts) {
      const std::string problem = ExplainBadValue(flag, text);
      if (!problem.empty()) problems.push_back(absl::StrCat(name, ": ", problem));
    }
    settings.Set(flag.id, {name, std::move(texts)});
  }
}

// The order FILE of the commands that take one.
void TakeFile(CLI::App& app, Command command, std::vector<std::string>& extras,
              Settings& settings) {
  if ((command & kTakeFile) == 0 || extras.empty() || LooksLikeFlag(extras[0]) ||
      extras[0] == kEmptyText || app.get_option(LongName(GetFlag(FlagId::kOrder)))->count() > 0) {
    return;
  }
  settings.Set(FlagId::kOrder, {"FILE", {extras[0]}});
  extras.erase(extras.begin());
}

// Reads the command off `args`; its name may be left out.
absl::Status TakeCommand(absl::Span<const std::string>& args, CommandLine& result) {
  if (!args.empty() && args[0] == "--version") {
    result.command = kVersion;
    args.remove_prefix(1);
    return absl::OkStatus();
  }
  if (!args.empty() && args[0] == "help") {
    result.settings.Set(FlagId::kHelp, {"help", {"true"}});
    args.remove_prefix(1);
  }
  if (args.empty() || absl::StartsWith(args[0], "-")) return absl::OkStatus();
  const absl::StatusOr<Command> command = FindCommand(args[0]);
  if (!command.ok()) return command.status();
  result.command = *command;
  args.remove_prefix(1);
  return absl::OkStatus();
}

// "completion bash": the shell without its flag.
void TakeShell(std::vector<std::string>& args) {
  if (!args.empty() && !LooksLikeFlag(args[0])) {
    args.insert(args.begin(), LongName(GetFlag(FlagId::kShell)));
  }
}

// The output is checked after the config is read, which may say more of it: here
// it only joins other problems.
void AddOutputProblem(const CommandLine& command_line, Problems& problems) {
  const Settings& settings = command_line.settings;
  if (problems.empty() || settings.Find(FlagId::kOutput) == nullptr ||
      settings.Find(FlagId::kOutputFormat) != nullptr ||
      settings.Find(FlagId::kConfig) != nullptr) {
    return;
  }
  const absl::Status status = ChooseOutput(command_line.command, settings).status();
  if (!status.ok()) problems.emplace_back(status.message());
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& args) {
  CommandLine result;
  absl::Span<const std::string> rest = args;
  absl::Status status = TakeCommand(rest, result);
  if (!status.ok()) return status;
  Problems problems;
  std::vector<std::string> words(rest.begin(), rest.end());
  if (result.command == kCompletion) TakeShell(words);
  std::vector<std::string> rewritten = Rewrite(words, result.command, problems);

  CLI::App app;
  app.set_help_flag();  // Ours is in the table.
  app.allow_extras();
  for (const Flag& flag : AllFlags()) {
    if (HasFlag(result.command, flag)) AddOption(flag, app);
  }
  try {
    std::reverse(rewritten.begin(), rewritten.end());  // CLI11 reads from the back.
    app.parse(std::move(rewritten));
  } catch (const CLI::Error& error) {
    problems.push_back(error.what());
    return ToStatus(problems);
  }
  std::vector<std::string> extras = app.remaining();
  TakeFile(app, result.command, extras, result.settings);
  AddUnexpected(extras, result.command, problems);
  TakeSettings(app, result.command, result.settings, problems);
  AddOutputProblem(result, problems);
  if (result.command == kCompletion && problems.empty() &&
      result.settings.Find(FlagId::kShell) == nullptr && !result.settings.IsOn(FlagId::kHelp)) {
    problems.push_back(
        absl::StrCat("completion: which shell? want ", GetFlag(FlagId::kShell).choices));
  }
  status = ToStatus(problems);
  if (!status.ok()) return status;
  return result;
}

bool AsksForJson(const std::vector<std::string>& args) {
  bool json = false;
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view arg = args[i];
    if (arg == "--format" && i + 1 < args.size()) {
      json = args[i + 1] == "json";
    } else if (absl::ConsumePrefix(&arg, "--format=")) {
      json = arg == "json";
    }
  }
  return json;
}

}  // namespace pipesched::cli
