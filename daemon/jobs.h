#ifndef PIPESCHED_DAEMON_JOBS_H_
#define PIPESCHED_DAEMON_JOBS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/admission.h"
#include "daemon/call.h"
#include "daemon/worker_pool.h"

namespace pipesched {

// Kinds of job besides plans, whose kind is their schedule's. Jobs of a kind are
// expected to take as long a part as those before them did, see Admission.
enum JobKind {
  kRenderJob = 1000,
  kAnswerJob = 1001,
  kValidateJob = 1010,
  kCompareJob = 1020,
  kSearchJob = 1021,
};

// Requests about up to this many (stage, microbatch) take about a tenth of a
// millisecond, less than handing them to another thread is worth.
inline constexpr int64_t kInlineParts = 4096;

// What reading a request of `bytes` costs on the thread that it arrived on, in
// parts: about as much as an eighth of its bytes to compute.
int64_t ReadingParts(int64_t bytes);

// Runs `work`, unless nobody waits for it any more. No exception passes into gRPC,
// which would answer with its text.
absl::Status RunGuarded(const Call& call, const std::function<absl::Status()>& work);

// The work of calls: on the thread that they arrived on if it is small, else on a
// worker once it is its turn.
class Jobs {
 public:
  Jobs(int workers, int max_queued)
      : admission_({.workers = workers, .max_queued = max_queued}), workers_(workers) {}

  // Runs `work`, now or later, or returns why it is refused. `call` lives until then.
  absl::Status Run(Call& call, const Job& job, std::function<void()> work);

  // Runs all parts, side by side where workers are free; the caller is a worker.
  void RunAll(std::vector<std::function<void()>> parts);

  // Tells how long a whole job took.
  void Learn(const Job& job, absl::Duration took) { admission_.Learn(job, took); }

  int queued() const { return admission_.queued(); }

 private:
  Admission admission_;
  WorkerPool workers_;  // Last: its threads use the rest.
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_JOBS_H_
