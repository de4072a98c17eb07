#include "clients/cli/environment.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/nearest.h"
#include "base/text.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kPrefix = "PIPESCHED_";
std::vector<std::string> KnownVariables() {
  std::vector<std::string> names;
  for (const Flag& flag : AllFlags()) {
    if (!flag.variable.empty()) names.emplace_back(flag.variable);
  }
  return names;
}

bool IsKnown(absl::string_view name) {
  const std::vector<std::string> known = KnownVariables();
  return std::find(known.begin(), known.end(), name) != known.end() || name == "PIPESCHED_PORT" ||
         absl::StartsWith(name, "PIPESCHED_PORT_") || absl::StartsWith(name, "PIPESCHED_SERVICE_");
}

}  // namespace

absl::StatusOr<Settings> ReadEnvironment() {
  Settings settings;
  std::vector<std::string> problems;
  for (const Flag& flag : AllFlags()) {
    if (flag.variable.empty()) continue;
    const std::string name(flag.variable);
    const char* const text = std::getenv(name.c_str());
    if (text == nullptr || *text == '\0') continue;
    std::string problem = ExplainBadValue(flag, text);
    if (flag.kind == ValueKind::kSwitch && text != absl::string_view("true") &&
        text != absl::string_view("false")) {
      problem = absl::StrCat("want true or false, got ", Quote(text));
    }
    if (!problem.empty()) problems.push_back(absl::StrCat(name, ": ", problem));
    settings.Set(flag.id, {name, {text}});
  }
  if (!problems.empty()) return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
  return settings;
}

std::vector<std::string> WarnOfUnknownVariables(const char* const* environment) {
  std::vector<std::string> warnings;
  for (; *environment != nullptr; ++environment) {
    absl::string_view name = *environment;
    name = name.substr(0, name.find('='));
    if (!absl::StartsWith(name, kPrefix) || IsKnown(name)) continue;
    warnings.push_back(
        absl::StrCat("unknown environment variable ", name, DidYouMean(name, KnownVariables())));
  }
  return warnings;
}

bool UseColor(const std::string& when, int fd) {
  if (when != "auto") return when == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(fd) != 0 && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || absl::string_view(term) != "dumb");
}

int TerminalColumns(int fd) {
  constexpr int kDefault = 100;
  int columns = 0;
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  const char* variable = std::getenv("COLUMNS");
  if (columns == 0 && (variable == nullptr || !absl::SimpleAtoi(variable, &columns))) {
    columns = kDefault;
  }
  return std::clamp(columns, 40, 10'000);
}

bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string locale = absl::AsciiStrToLower(value);
    return absl::StrContains(locale, "utf-8") || absl::StrContains(locale, "utf8");
  }
  return true;
}

}  // namespace pipesched::cli
