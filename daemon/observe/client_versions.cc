#include "daemon/observe/client_versions.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "daemon/version.h"

namespace pipesched {
namespace {

// Callers choose their user agents: neither the log nor the memory is theirs to fill.
constexpr size_t kMaxWarnings = 32;
constexpr size_t kMaxNameSize = 64;

// MAJOR and MINOR of "MAJOR.MINOR.PATCH".
std::optional<std::pair<int64_t, int64_t>> ParseVersion(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  uint32_t major = 0;
  uint32_t minor = 0;
  uint32_t patch = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &major) ||
      !absl::SimpleAtoi(parts[1], &minor) || !absl::SimpleAtoi(parts[2], &patch)) {
    return std::nullopt;
  }
  return std::pair<int64_t, int64_t>(major, minor);
}

// The first word of a user agent.
absl::string_view NameOf(absl::string_view user_agent) {
  return user_agent.substr(0, user_agent.find(' '));
}

}  // namespace

VersionSkew SkewOf(absl::string_view user_agent, absl::string_view server_version) {
  const absl::string_view name = NameOf(user_agent);
  const size_t slash = name.find('/');
  if (!absl::StartsWith(name, "pipesched-") || slash == name.npos || name.size() > kMaxNameSize) {
    return VersionSkew::kNone;
  }
  const auto client = ParseVersion(name.substr(slash + 1));
  const auto server = ParseVersion(server_version);
  if (!client || !server) return VersionSkew::kNone;
  if (*client > *server) return VersionSkew::kNewer;
  if (client->first < server->first || client->second < server->second - 1) {
    return VersionSkew::kOlder;
  }
  return VersionSkew::kNone;
}

void ClientVersions::Note(absl::string_view user_agent) {
  const VersionSkew skew = SkewOf(user_agent, Version());
  if (skew == VersionSkew::kNone) return;
  const std::string name(NameOf(user_agent));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (warned_.size() == kMaxWarnings || !warned_.insert(name).second) return;
  }
  logger_.Log(LogLevel::kWarning,
              skew == VersionSkew::kNewer ? "client is newer than this server"
                                          : "client is older than this server supports",
              {{"client", name}, {"version", std::string(Version())}});
}

}  // namespace pipesched
