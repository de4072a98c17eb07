#ifndef PIPESCHED_DAEMON_DAEMON_H_
#define PIPESCHED_DAEMON_DAEMON_H_

#include <functional>

#include "daemon/config/load.h"
#include "daemon/options.h"

namespace pipesched {

// Serves until SIGTERM or SIGINT, then drains; returns the process' exit code (of
// sysexits.h). `settings` is where `options` come from; `reload` reads the
// configuration again, on SIGHUP. Call it before the process has other threads.
int RunDaemon(const Settings& settings, const DaemonOptions& options,
              const std::function<LoadedSettings()>& reload);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_DAEMON_H_
