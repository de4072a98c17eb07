#include "clients/cli/environment.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/nearest.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kPrefix = "PIPESCHED_";
constexpr absl::string_view kServer = "PIPESCHED_SERVER";

bool IsKnown(absl::string_view name) {
  return name == kServer || name == "PIPESCHED_PORT" || absl::StartsWith(name, "PIPESCHED_PORT_") ||
         absl::StartsWith(name, "PIPESCHED_SERVICE_");
}

}  // namespace

std::string ServerFromEnvironment() {
  const char* server = std::getenv(kServer.data());
  return server != nullptr ? server : "";
}

std::vector<std::string> WarnOfUnknownVariables(const char* const* environment) {
  std::vector<std::string> warnings;
  for (; *environment != nullptr; ++environment) {
    absl::string_view name = *environment;
    name = name.substr(0, name.find('='));
    if (!absl::StartsWith(name, kPrefix) || IsKnown(name)) continue;
    warnings.push_back(absl::StrCat("unknown environment variable ", name,
                                    DidYouMean(name, {std::string(kServer)})));
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

}  // namespace pipesched::cli
