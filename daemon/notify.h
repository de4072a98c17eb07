#ifndef PIPESCHED_DAEMON_NOTIFY_H_
#define PIPESCHED_DAEMON_NOTIFY_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pipesched {

// Tells the service manager about this process (sd_notify(3)): a datagram to
// $NOTIFY_SOCKET. Does nothing where there is none.
void NotifyManager(absl::string_view state);  // "READY=1"

// How often the manager wants to hear WATCHDOG=1: half of $WATCHDOG_USEC; infinite if
// it does not.
absl::Duration WatchdogInterval();

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_NOTIFY_H_
