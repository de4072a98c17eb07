#ifndef PIPESCHED_DAEMON_ADMISSION_H_
#define PIPESCHED_DAEMON_ADMISSION_H_

#include <cstdint>
#include <map>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pipesched {

// Work for a worker. Jobs of one kind take time in proportion to their parts.
struct Job {
  int kind = 0;
  int64_t parts = 0;
};

// Decides which jobs may wait for a worker, before anything is done for them:
// never more than fit the queue, and, from one job a worker on, none that would
// wait too long. So what waits is done within `max_wait` after the load ends.
// Jobs that are admitted are expected to take as long as those before them did.
class Admission {
 public:
  struct Options {
    int workers = 1;
    int max_queued = 256;
    absl::Duration max_wait = absl::Milliseconds(500);
  };

  // What a job is expected to take; goes from Admit to Start to Finish.
  struct Ticket {
    absl::Duration expected;
  };

  explicit Admission(const Options& options) : options_(options) {}

  // Counts the job as waiting, or returns RESOURCE_EXHAUSTED with its cause and
  // the time after which the queue is shorter: QUEUE (full), WAIT (too long), or
  // DEADLINE (it would not be done in `time_left`).
  absl::StatusOr<Ticket> Admit(const Job& job, absl::Duration time_left);

  void Start(const Ticket& ticket);
  void Finish(const Ticket& ticket);

  // Tells how long a whole job took.
  void Learn(const Job& job, absl::Duration took);

  int queued() const;

 private:
  absl::Duration Expected(const Job& job) const;

  const Options options_;
  mutable std::mutex mutex_;  // guards the rest; not Abseil's, which TSan cannot see into
  int queued_ = 0;
  absl::Duration queued_time_;            // that the waiting jobs are expected to take
  absl::Duration running_time_;           // the same of the running ones, in whole
  std::map<int, double> seconds_a_part_;  // by kind, of those seen
};

// Memory that is promised to plans and to other work.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // False: there is not as much left.
  bool TryReserve(int64_t bytes);
  void Release(int64_t bytes);

  int64_t max_bytes() const { return max_bytes_; }
  int64_t reserved() const;

 private:
  const int64_t max_bytes_;
  mutable std::mutex mutex_;
  int64_t reserved_ = 0;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_ADMISSION_H_
