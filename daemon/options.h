#ifndef PIPESCHED_DAEMON_OPTIONS_H_
#define PIPESCHED_DAEMON_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/config/settings.h"
#include "daemon/observe/access_log.h"
#include "daemon/observe/logger.h"
#include "daemon/security/tls_files.h"
#include "daemon/security/token_file.h"
#include "daemon/server.h"

namespace pipesched {

// What a daemon runs with, made from its settings.
struct DaemonOptions {
  ServerOptions server;          // without an observer
  int64_t max_memory_bytes = 0;  // of the whole process
  bool has_insecure_public_listener = false;
  std::shared_ptr<TlsFiles> tls;      // null: none
  std::shared_ptr<TokenFile> tokens;  // null: none
  std::string admin_listen;           // "": off
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  CallLog::Options call_log;
  absl::Duration drain_delay;
  absl::Duration drain_timeout;
};

// Resolves "auto", reads the files that the settings name, and adds what is wrong with
// them, or with settings that do not go together, to `problems`: a line each.
DaemonOptions ToOptions(const Settings& settings, std::vector<std::string>& problems);

// The part that a running daemon can take over.
Limits ToLimits(const Settings& settings);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OPTIONS_H_
