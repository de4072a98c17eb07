#ifndef PIPESCHED_DAEMON_WATCHDOG_H_
#define PIPESCHED_DAEMON_WATCHDOG_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace pipesched {

// Ends the process with status 70 if this still lives after `timeout`, whatever its
// other threads do.
class Watchdog {
 public:
  explicit Watchdog(absl::Duration timeout);
  ~Watchdog();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_WATCHDOG_H_
