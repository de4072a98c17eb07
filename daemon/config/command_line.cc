#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/nearest.h"
#include "base/text.h"
#include "daemon/config/load.h"

namespace pipesched {
namespace {

void AddOption(const Flag& flag, CLI::App& app) {
  if (flag.kind == FlagKind::kSwitch) {
    app.add_flag(LongName(flag))->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return;
  }
  // A missing value reads as an empty one, so that it is a problem among others.
  app.add_option(LongName(flag))
      ->expected(0, 1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void TakeSetting(const Flag& flag, std::vector<std::string> texts, Settings& settings,
                 std::vector<std::string>& problems) {
  if (!IsList(flag.kind)) texts.erase(texts.begin(), texts.end() - 1);  // The last one counts.
  for (const std::string& text : texts) {
    const std::string problem = text.empty() ? "needs a value" : ExplainBadValue(flag, text);
    if (!problem.empty()) problems.push_back(absl::StrCat(LongName(flag), ": ", problem));
  }
  settings.Set(flag.id, {LongName(flag), std::move(texts)});
}

// What no flag takes. After an unknown flag the rest may be its values.
void AddUnexpected(const std::vector<std::string>& extras, std::vector<std::string>& problems) {
  std::vector<std::string> names;
  for (const Flag& flag : AllFlags()) names.push_back(LongName(flag));
  bool has_unknown_flag = false;
  for (const std::string& arg : extras) {
    if (!absl::StartsWith(arg, "-")) continue;
    const std::string name = arg.substr(0, arg.find('='));
    problems.push_back(absl::StrCat("unknown flag ", Quote(name), DidYouMean(name, names)));
    has_unknown_flag = true;
  }
  if (has_unknown_flag) return;
  for (const std::string& arg : extras) {
    problems.push_back(absl::StrCat("unexpected argument ", Quote(arg)));
  }
}

}  // namespace

Settings ReadCommandLine(const std::vector<std::string>& args, std::vector<std::string>& problems) {
  Settings settings;
  CLI::App app;
  app.set_help_flag();  // Ours is in the table.
  app.allow_extras();
  for (const Flag& flag : AllFlags()) AddOption(flag, app);
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 reads from the back.
  } catch (const CLI::Error& error) {
    problems.emplace_back(error.what());
    return settings;
  }
  AddUnexpected(app.remaining(), problems);
  for (const Flag& flag : AllFlags()) {
    const CLI::Option* option = app.get_option(LongName(flag));
    if (option->count() > 0) TakeSetting(flag, option->results(), settings, problems);
  }
  return settings;
}

}  // namespace pipesched
