// Three daemons that clients see as one: calls are spread over them, and one that is
// killed under load costs nobody an answer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "pipesched/client/client.h"
#include "pipesched/client/connect.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"

namespace pipesched {
namespace {

constexpr int kDaemons = 3;
// As many calls as are in progress at the daemon that is killed. A channel tries at most
// four again at a time: retryThrottling of its service config.
constexpr int kCallsEach = 4;

// The value of a metric, summed over its series that hold `label`.
double Metric(const std::string& admin, absl::string_view name, absl::string_view label = "") {
  double sum = 0;
  const HttpAnswer answer = HttpGet(admin, "/metrics");
  for (const absl::string_view line : absl::StrSplit(answer.body, '\n')) {
    const size_t end = line.find_first_of("{ ");
    if (line.substr(0, end) != name || line.find(label) == line.npos) continue;
    double value = 0;
    if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

class ScaleOutTest : public testing::Test {
 protected:
  ScaleOutTest() {
    std::vector<std::string> addresses;
    for (int i = 0; i < kDaemons; ++i) {
      daemons_.push_back(std::make_unique<Daemon>(
          std::vector<std::string>{"--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0"}));
      addresses.push_back(daemons_.back()->addresses.at(0));
    }
    client::ConnectOptions options;
    options.target = absl::StrCat("ipv4:", absl::StrJoin(addresses, ","));
    auto connected = client::Connect(options);
    EXPECT_TRUE(connected.ok()) << connected.status();
    client_ = *std::move(connected);
    request_.mutable_pipeline()->set_num_stages(8);
    request_.mutable_pipeline()->set_num_microbatches(64);
    request_.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_ZB_H1);
  }

  // One call; its digest or error is told to `digests_` or `errors_`.
  void Ask() {
    const auto response = client_->ComputeSchedule(request_);
    const absl::MutexLock lock(&mutex_);
    ++answered_;
    if (response.ok()) {
      digests_.insert(response->digest());
    } else {
      errors_.insert(response.status().ToString());
    }
  }

  double Started(int daemon) {
    return Metric(daemons_[static_cast<size_t>(daemon)]->admin, "grpc_server_started_total",
                  "ComputeSchedule");
  }

  // Calls until all daemons were asked: the channel is connected to each.
  void WarmUp() {
    for (int i = 0; i < kDaemons; ++i) {
      while (Started(i) == 0 && errors_.empty()) Ask();
    }
  }

  std::vector<std::unique_ptr<Daemon>> daemons_;
  std::unique_ptr<client::Client> client_;
  v1::ComputeScheduleRequest request_;
  absl::Mutex mutex_;
  int answered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> digests_;
  std::set<std::string> errors_;
};

TEST_F(ScaleOutTest, CallsAreSpreadEvenly) {
  WarmUp();
  std::vector<double> before;
  for (int i = 0; i < kDaemons; ++i) before.push_back(Started(i));
  for (int i = 0; i < kDaemons * 10; ++i) Ask();
  for (int i = 0; i < kDaemons; ++i) EXPECT_EQ(Started(i) - before[static_cast<size_t>(i)], 10);
  EXPECT_THAT(errors_, testing::IsEmpty());
  EXPECT_EQ(digests_.size(), 1);
}

TEST_F(ScaleOutTest, OneThatIsKilledCostsNoAnswer) {
  WarmUp();
  // It stands still, so that its share of the calls is in progress when it is killed.
  daemons_[0]->process.Signal(SIGSTOP);
  siginfo_t stopped;
  ASSERT_EQ(
      waitid(P_PID, static_cast<id_t>(daemons_[0]->process.pid()), &stopped, WSTOPPED | WNOWAIT),
      0);
  constexpr int kCalls = kDaemons * kCallsEach;
  int before = 0;
  {
    const absl::MutexLock lock(&mutex_);
    before = answered_;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kCalls; ++i) threads.emplace_back([this] { Ask(); });
  {
    const absl::MutexLock lock(&mutex_);
    const auto others_answered = [&] {
      mutex_.AssertHeld();
      return answered_ - before >= kCalls - kCallsEach;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&others_answered), absl::Seconds(60)));
    EXPECT_EQ(answered_ - before, kCalls - kCallsEach);
  }
  daemons_[0]->process.Signal(SIGKILL);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 50; ++i) Ask();  // Nobody asks the one that is gone.

  EXPECT_THAT(errors_, testing::IsEmpty());
  EXPECT_EQ(digests_.size(), 1);
  double retries = 0;
  for (int i = 1; i < kDaemons; ++i) {
    retries += Metric(daemons_[static_cast<size_t>(i)]->admin, "pipesched_retried_calls_total");
  }
  EXPECT_EQ(retries, kCallsEach);
}

}  // namespace
}  // namespace pipesched
