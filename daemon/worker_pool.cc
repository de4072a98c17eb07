#include "daemon/worker_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace pipesched {
namespace {

// Less than gRPC's threads get where all want to run.
constexpr int kNiceness = 5;

thread_local bool is_worker = false;

}  // namespace

WorkerPool::WorkerPool(int num_threads) {
  for (int i = 0; i < num_threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Post(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

bool WorkerPool::IsWorker() { return is_worker; }

void WorkerPool::Run() {
  is_worker = true;
  // Linux keeps a niceness for each thread. Where it cannot be set, all are equal.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace pipesched
