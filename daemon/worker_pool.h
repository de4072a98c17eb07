#ifndef PIPESCHED_DAEMON_WORKER_POOL_H_
#define PIPESCHED_DAEMON_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

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
  std::mutex mutex_;  // guards the next three; not Abseil's, which TSan cannot see into
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_WORKER_POOL_H_
