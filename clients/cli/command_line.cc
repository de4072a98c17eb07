#include "clients/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cli/nearest.h"
#include "clients/cli/numbers.h"
#include "clients/cli/text.h"

namespace pipesched::cli {
namespace {

// CLI11 gives a list without this limit only one value an occurrence.
constexpr int kMaxListValues = 1 << 20;

// What argparse takes for a flag: "-x", "--xyz", "--"; not "-", "-1.5" or "- x".
bool LooksLikeFlag(absl::string_view text) {
  return text.size() > 1 && text[0] == '-' && !absl::StrContains(text, ' ') &&
         !(ParseNumber(text) &&
           (absl::ascii_isdigit(static_cast<unsigned char>(text[1])) || text[1] == '.'));
}

absl::Status NeedsValue(const Flag& flag) {
  return absl::InvalidArgumentError(absl::StrCat(LongName(flag), ": needs a value"));
}

// Rewrites what CLI11 reads otherwise than argparse: it has no short names of two
// letters, takes "=1" for the value of "-f=1", and "-.5" and "--" for flags or a
// flag for a missing value. A known flag becomes "--name" or "--name=value".
absl::StatusOr<std::vector<std::string>> Rewrite(absl::Span<const std::string> args,
                                                 Command command) {
  std::vector<std::string> result;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      return absl::InvalidArgumentError("unexpected argument \"--\": no command takes file names");
    }
    const size_t equals = arg.find('=');
    const Flag* flag = FindFlag(absl::string_view(arg).substr(0, equals), command);
    if (flag == nullptr) {
      result.push_back(absl::StartsWith(arg, "-.") && ParseNumber(arg)
                           ? absl::StrCat("-0", arg.substr(1))
                           : arg);
      continue;
    }
    const bool has_value = equals != std::string::npos;
    if (flag->kind == ValueKind::kSwitch) {
      if (has_value) {
        return absl::InvalidArgumentError(absl::StrCat(LongName(*flag), ": takes no value"));
      }
    } else if (has_value ? equals + 1 == arg.size()
                         : i + 1 == args.size() || LooksLikeFlag(args[i + 1])) {
      return NeedsValue(*flag);
    }
    result.push_back(absl::StrCat(LongName(*flag), has_value ? arg.substr(equals) : ""));
  }
  return result;
}

absl::Status Unexpected(const std::string& arg, Command command) {
  if (!LooksLikeFlag(arg)) {
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument ", Quote(arg)));
  }
  std::vector<std::string> names;
  for (const Flag& flag : AllFlags()) {
    if ((flag.commands & command) != 0) names.push_back(LongName(flag));
  }
  const std::string name = arg.substr(0, arg.find('='));
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag ", Quote(name), DidYouMean(name, names)));
}

// The values of the last occurrence: CLI11 puts an empty text between two.
std::vector<std::string> LastOccurrence(const std::vector<std::string>& results) {
  const auto last = std::find(results.rbegin(), results.rend(), "");
  return {last.base(), results.end()};
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

absl::Status TakeSettings(CLI::App& app, Command command, Settings& settings) {
  for (const Flag& flag : AllFlags()) {
    if ((flag.commands & command) == 0) continue;
    const std::string name = LongName(flag);
    const CLI::Option* option = app.get_option(name);
    if (option->count() == 0) continue;
    if (flag.kind == ValueKind::kSwitch) {
      settings.Set(flag.id, {name, {"true"}});
      continue;
    }
    std::vector<std::string> texts = IsList(flag.kind)
                                         ? LastOccurrence(option->results())
                                         : std::vector<std::string>{option->results().back()};
    if (texts.empty()) return NeedsValue(flag);
    for (const std::string& text : texts) {
      const std::string problem = ExplainBadValue(flag, text);
      if (!problem.empty()) return absl::InvalidArgumentError(absl::StrCat(name, ": ", problem));
    }
    settings.Set(flag.id, {name, std::move(texts)});
  }
  return absl::OkStatus();
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

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& args) {
  CommandLine result;
  absl::Span<const std::string> rest = args;
  if (!rest.empty() && !absl::StartsWith(rest[0], "-")) {
    const absl::StatusOr<Command> command = FindCommand(rest[0]);
    if (!command.ok()) return command.status();
    result.command = *command;
    rest.remove_prefix(1);
  }
  absl::StatusOr<std::vector<std::string>> rewritten = Rewrite(rest, result.command);
  if (!rewritten.ok()) return rewritten.status();

  CLI::App app;
  app.set_help_flag();  // Ours is in the table.
  app.allow_extras();
  for (const Flag& flag : AllFlags()) {
    if ((flag.commands & result.command) != 0) AddOption(flag, app);
  }
  try {
    std::reverse(rewritten->begin(), rewritten->end());  // CLI11 reads from the back.
    app.parse(*std::move(rewritten));
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) return Unexpected(extras[0], result.command);
  absl::Status status = TakeSettings(app, result.command, result.settings);
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
