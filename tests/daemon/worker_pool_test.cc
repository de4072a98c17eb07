#include "daemon/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"

namespace pipesched {
namespace {

TEST(WorkerPoolTest, RunsAllThatIsQueuedBeforeItStops) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(3, 100);
    for (int i = 0; i < 100; ++i) {
      while (!pool.TryPost([&ran] { ++ran; })) {
      }
    }
  }
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPoolTest, RefusesWhenTheQueueIsFull) {
  absl::Notification started;
  absl::Notification release;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.TryPost([&] {
    started.Notify();
    release.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.TryPost([] {}));
  EXPECT_TRUE(pool.TryPost([] {}));
  EXPECT_FALSE(pool.TryPost([] {}));
  release.Notify();
}

}  // namespace
}  // namespace pipesched
