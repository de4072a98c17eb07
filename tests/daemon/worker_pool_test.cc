#include "daemon/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace pipesched {
namespace {

TEST(WorkerPoolTest, RunsAllThatIsQueuedBeforeItStops) {
  std::atomic<int> ran = 0;
  std::atomic<int> ran_on_worker = 0;
  {
    WorkerPool pool(3);
    for (int i = 0; i < 100; ++i) {
      pool.Post([&] {
        ++ran;
        if (WorkerPool::IsWorker()) ++ran_on_worker;
      });
    }
  }
  EXPECT_EQ(ran, 100);
  EXPECT_EQ(ran_on_worker, 100);
  EXPECT_FALSE(WorkerPool::IsWorker());
}

}  // namespace
}  // namespace pipesched
