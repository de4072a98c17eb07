#ifndef PIPESCHED_BASE_STOPWATCH_H_
#define PIPESCHED_BASE_STOPWATCH_H_

#include <chrono>

#include "absl/time/time.h"

namespace pipesched {

// Measures time from when it is made. Unlike absl::Now() it does not jump when the
// clock of the machine is set.
class Stopwatch {
 public:
  absl::Duration Elapsed() const { return absl::FromChrono(Clock::now() - start_); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
};

}  // namespace pipesched

#endif  // PIPESCHED_BASE_STOPWATCH_H_
