#include "daemon/watchdog.h"

#include <sysexits.h>
#include <unistd.h>

#include <chrono>

namespace pipesched {

Watchdog::Watchdog(absl::Duration timeout)
    : thread_([this, timeout] {
        std::unique_lock<std::mutex> lock(mutex_);
        const auto wait = absl::ToChronoMilliseconds(timeout);
        if (!changed_.wait_for(lock, wait, [this] { return done_; })) _exit(EX_SOFTWARE);
      }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace pipesched
