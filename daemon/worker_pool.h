#ifndef PIPESCHED_DAEMON_WORKER_POOL_H_
#define PIPESCHED_DAEMON_WORKER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pipesched {

// Threads that compute, with a queue before them; Admission bounds it. gRPC's own
// threads never compute for long and come first at the processor, so that health
// checks and refusals are always answered.
class WorkerPool {
 public:
  explicit WorkerPool(int num_threads);
  ~WorkerPool();  // Runs what is queued, then stops.

  // Queues `work`, which must not throw.
  void Post(std::function<void()> work);

  // Whether the calling thread is a worker, of any pool.
  static bool IsWorker();

 private:
  void Run();

  std::mutex mutex_;  // guards the next three; not Abseil's, which TSan cannot see into
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_WORKER_POOL_H_
