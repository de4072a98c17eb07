#ifndef PIPESCHED_DAEMON_OBSERVE_CLIENT_VERSIONS_H_
#define PIPESCHED_DAEMON_OBSERVE_CLIENT_VERSIONS_H_

#include <mutex>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/observe/logger.h"

namespace pipesched {

// How a client's version stands to the server's.
enum class VersionSkew {
  kNone,   // it is supported, or the client is not ours
  kOlder,  // it gets no fixes any more: by more than a minor version
  kNewer,  // by a minor version or more: it may call what the server does not have
};

// The skew of a call's user agent: ours start with "pipesched-LANGUAGE/MAJOR.MINOR.PATCH".
VersionSkew SkewOf(absl::string_view user_agent, absl::string_view server_version);

// Warns once about each client version that is older than the server supports, or newer
// than the server. Safe to call from many threads.
class ClientVersions {
 public:
  explicit ClientVersions(Logger& logger) : logger_(logger) {}

  void Note(absl::string_view user_agent);

 private:
  Logger& logger_;
  std::mutex mutex_;
  std::set<std::string> warned_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OBSERVE_CLIENT_VERSIONS_H_
