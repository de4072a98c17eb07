#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/nearest.h"
#include "daemon/config/load.h"

namespace pipesched {
namespace {

constexpr absl::string_view kPrefix = "PIPESCHED_";

// The command line's variable, and those that Kubernetes sets beside a Service
// called pipesched, are not ours, and no typing errors either.
bool IsForeign(absl::string_view name) {
  return name == "PIPESCHED_SERVER" || name == "PIPESCHED_PORT" ||
         absl::StartsWith(name, "PIPESCHED_PORT_") || absl::StartsWith(name, "PIPESCHED_SERVICE_");
}

const Flag* FindVariable(absl::string_view name) {
  for (const Flag& flag : AllFlags()) {
    if (VariableName(flag) == name) return &flag;
  }
  return nullptr;
}

std::string WarnOfUnknown(absl::string_view name) {
  std::vector<std::string> names;
  for (const Flag& flag : AllFlags()) names.push_back(VariableName(flag));
  return absl::StrCat("unknown environment variable ", name, DidYouMean(name, names));
}

}  // namespace

Settings ReadEnvironment(const char* const* environment, std::vector<std::string>& problems,
                         std::vector<std::string>& warnings) {
  Settings settings;
  for (; *environment != nullptr; ++environment) {
    const std::pair<std::string, std::string> entry =
        absl::StrSplit(*environment, absl::MaxSplits('=', 1));
    const auto& [name, value] = entry;
    if (!absl::StartsWith(name, kPrefix) || IsForeign(name)) continue;
    const Flag* flag = FindVariable(name);
    if (flag == nullptr) {
      warnings.push_back(WarnOfUnknown(name));
      continue;
    }
    const std::vector<std::string> texts =
        IsList(flag->kind) ? absl::StrSplit(value, ',') : std::vector<std::string>{value};
    for (const std::string& text : texts) {
      const std::string problem = ExplainBadValue(*flag, text);
      if (!problem.empty()) problems.push_back(absl::StrCat(name, ": ", problem));
    }
    settings.Set(flag->id, {name, texts});
  }
  return settings;
}

}  // namespace pipesched
