#ifndef PIPESCHED_DAEMON_SIGNALS_H_
#define PIPESCHED_DAEMON_SIGNALS_H_

namespace pipesched {

// SIGINT and SIGTERM, taken by one thread: a signal handler must not call gRPC.
class TerminationSignals {
 public:
  // Blocks the signals in this thread and all that it starts from now on, and
  // ignores SIGPIPE. Make it before any other thread.
  TerminationSignals();

  // Waits for a signal; returns its number. From then on a second one ends the
  // process at once, with status 128 + its number.
  int Wait();
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SIGNALS_H_
