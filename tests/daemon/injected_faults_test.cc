// Faults of the system under a real pipeschedd: tests/support/fault_preload.cc makes
// them, or a limit of the process does.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/ask_once.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

constexpr int64_t kHour = 3600;

// As many ops as the limits allow: takes about half a second.
v1::ComputeScheduleRequest Heavy(int p2p_time) {
  auto request = Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B }");
  request.mutable_pipeline()->set_p2p_time(p2p_time);
  return request;
}

v1::ComputeScheduleRequest Light() {
  return Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 16 num_microbatches: 64 } schedule { kind: SCHEDULE_KIND_1F1B } "
      "view: VIEW_FULL");
}

ProcessOptions WithFaults(std::map<std::string, std::string> faults) {
  ProcessOptions options;
  options.environment = std::move(faults);
  options.environment["LD_PRELOAD"] = BuiltProgram("libfault_preload.so");
  return options;
}

// The clock of a program with PIPESCHED_FAULT_CLOCK=path().
class Clock {
 public:
  Clock() : path_(folder_.Write("clock", std::string(sizeof(int64_t), '\0'))) {
    const int file = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    offset_ = static_cast<int64_t*>(
        mmap(nullptr, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    close(file);
  }
  ~Clock() { munmap(offset_, sizeof(int64_t)); }
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  void Set(int64_t seconds) { __atomic_store_n(offset_, seconds, __ATOMIC_RELAXED); }
  const std::string& path() const { return path_; }

 private:
  const TemporaryFolder folder_;
  const std::string path_;
  int64_t* offset_ = nullptr;
};

// Deadlines, cancels and the stop go by the time that passes, not by the clock.
TEST(InjectedFaultTest, AClockThatIsSetChangesNothing) {
  for (const int64_t jump : {kHour, -kHour}) {
    SCOPED_TRACE(jump);
    Clock clock;
    Daemon daemon({"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--cache-bytes", "0",
                   "--drain-timeout", "60s"},
                  WithFaults({{"PIPESCHED_FAULT_CLOCK", clock.path()}}));
    const client::Client client(client::MakeChannel(daemon.addresses[0]));
    const auto in_progress = [&] { return GetMetric(daemon.admin, "pipesched_inflight_requests"); };
    const auto computed = [&] {
      return GetMetric(daemon.admin, "pipesched_schedule_compute_seconds_count");
    };
    absl::Status status;
    std::thread caller([&] { status = client.ComputeSchedule(Heavy(1)).status(); });
    while (in_progress() < 1) std::this_thread::yield();
    clock.Set(jump);
    caller.join();
    EXPECT_THAT(status, IsOk());
    EXPECT_EQ(computed(), 1);
    client::Cancellation cancellation;
    std::thread cancelled([&] {
      status = client.ComputeSchedule(Heavy(2), {.cancellation = &cancellation}).status();
    });
    while (in_progress() < 1) std::this_thread::yield();
    clock.Set(0);
    cancellation.Cancel();
    cancelled.join();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled, testing::_));
    while (in_progress() > 0) std::this_thread::yield();
    EXPECT_EQ(computed(), 1);  // The work was given up.
    EXPECT_THAT(client.ComputeSchedule(Light()), IsOk());
    clock.Set(jump);
    daemon.process.Signal(SIGTERM);
    EXPECT_EQ(daemon.process.Wait().exit_code, 0);
  }
}

TEST(InjectedFaultTest, SendsThatTakeFewBytesChangeNothing) {
  const Daemon whole({"--listen", "127.0.0.1:0"});
  const TemporaryFolder folder;
  Daemon daemon({"--listen", "127.0.0.1:0", "--listen", "unix:" + folder.File("s"),
                 "--admin-listen", "127.0.0.1:0"},
                WithFaults({{"PIPESCHED_FAULT_MOST_SENT", "7"}}));
  const auto expected =
      client::Client(client::MakeChannel(whole.addresses[0])).ComputeSchedule(Light());
  ASSERT_THAT(expected, IsOk());
  for (const std::string& address : daemon.addresses) {
    const client::Client client(client::MakeChannel(address));
    const auto answer = client.ComputeSchedule(Light());
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->SerializeAsString(), expected->SerializeAsString());
    const auto health = client.CheckHealth("");
    ASSERT_THAT(health, IsOk());
    EXPECT_EQ(*health, client::HealthStatus::kServing);
  }
  const HttpAnswer metrics = HttpGet(daemon.admin, "/metrics");
  EXPECT_EQ(metrics.code, 200);
  EXPECT_THAT(metrics.body, testing::HasSubstr("\nprocess_open_fds "));
  daemon.process.Signal(SIGTERM);
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

// Where the kernel gives no more memory, a large plan is refused as under load, and
// what needs little is answered.
TEST(InjectedFaultTest, WithoutMemoryLargePlansAreRefusedAndSmallOnesAnswered) {
  if (HasAddressSanitizer()) GTEST_SKIP() << "AddressSanitizer takes terabytes of addresses";
  // The C library reserves 64 MiB of addresses for each thread that allocates, which may
  // be all that is left: then nothing that is small is answered either.
  ProcessOptions options;
  options.environment = {{"MALLOC_ARENA_MAX", "1"}};
  Daemon daemon({"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}, options);
  const client::Client client(client::MakeChannel(daemon.addresses[0]));
  ASSERT_THAT(client.ComputeSchedule(Light()), IsOk());
  const auto taken = static_cast<rlim_t>(GetMetric(daemon.admin, "process_virtual_memory_bytes"));
  const rlimit little{taken + (200 << 20), RLIM_INFINITY};
  ASSERT_EQ(prlimit(daemon.process.pid(), RLIMIT_AS, &little, nullptr), 0);
  for (int i = 0; i < 3; ++i) {
    const auto refused = AskOnce(daemon.addresses[0], Heavy(i));
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
    const client::ErrorDetails details = client::GetErrorDetails(refused.status());
    EXPECT_EQ(details.reason, "OVERLOADED");
    EXPECT_THAT(details.metadata, testing::Contains(testing::Pair("cause", "MEMORY")));
    EXPECT_TRUE(details.retry_delay.has_value());
    EXPECT_THAT(client.ComputeSchedule(Light()), IsOk());
  }
  const rlimit enough{RLIM_INFINITY, RLIM_INFINITY};
  ASSERT_EQ(prlimit(daemon.process.pid(), RLIMIT_AS, &enough, nullptr), 0);
  EXPECT_THAT(client.ComputeSchedule(Heavy(9)), IsOk());
  daemon.process.Signal(SIGTERM);
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

}  // namespace
}  // namespace pipesched
