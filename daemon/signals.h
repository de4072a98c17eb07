#ifndef PIPESCHED_DAEMON_SIGNALS_H_
#define PIPESCHED_DAEMON_SIGNALS_H_

#include "absl/time/time.h"

namespace pipesched {

// SIGINT, SIGTERM and SIGHUP, taken by one thread: a signal handler must not call gRPC.
class Signals {
 public:
  // Blocks the signals in this thread and all that it starts from now on, and
  // ignores SIGPIPE. Call it before there is any other thread.
  static void Block();

  // Waits for a signal, or for `timeout`; returns its number, or 0.
  static int Wait(absl::Duration timeout);

  // From now on SIGINT and SIGTERM end the process at once, with status 128 + their
  // number.
  static void ExitOnTermination();
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SIGNALS_H_
