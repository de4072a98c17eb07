#ifndef PIPESCHED_DAEMON_WORKER_POOL_H_
#define PIPESCHED_DAEMON_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace pipesched {

// Threads that compute, and a bounded queue before them. gRPC's own threads
// never compute for long, so that health checks are always answered.
class WorkerPool {
 public:
  WorkerPool(int num_threads, size_t max_queued);
  ~WorkerPool();  // Runs what is queued, then stops.

  // Queues `work`; false if the queue is full.
  bool TryPost(std::function<void()> work);

 private:
  void Run();

  const size_t max_queued_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_WORKER_POOL_H_
