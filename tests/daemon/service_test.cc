// The service behind a real gRPC server in this process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "daemon/server.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::_;
using testing::HasSubstr;

// As many ops as the limits allow: takes about a second.
constexpr char kHeavy[] =
    "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B } ";
constexpr char kSmall[] =
    "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B } ";

class ServiceTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.listen = {"127.0.0.1:0", "unix:" + folder_.File("socket")};
    auto server = Server::Start(options);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    tcp_ = std::make_unique<client::Client>(client::MakeChannel(server_->addresses()[0]));
    unix_ = std::make_unique<client::Client>(client::MakeChannel(server_->addresses()[1]));
  }

  void WaitUntilIdle() const {
    while (server_->service().calls_in_progress() > 0) std::this_thread::yield();
  }

  const TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<client::Client> tcp_;
  std::unique_ptr<client::Client> unix_;
};

TEST_F(ServiceTest, AnswersAlikeOverTcpAndUnixSocket) {
  Start();
  const auto request = Parse<v1::ComputeScheduleRequest>(absl::StrCat(kSmall, "view: VIEW_FULL"));
  const auto over_tcp = tcp_->ComputeSchedule(request);
  const auto over_unix = unix_->ComputeSchedule(request);
  ASSERT_THAT(over_tcp, IsOk());
  ASSERT_THAT(over_unix, IsOk());
  EXPECT_EQ(over_tcp->metrics().makespan(), 33);
  EXPECT_EQ(over_tcp->SerializeAsString(), over_unix->SerializeAsString());
}

TEST_F(ServiceTest, StreamsWhatTheFullViewHolds) {
  Start();
  const std::string request =
      "pipeline { num_stages: 32 num_microbatches: 2000 } schedule { kind: SCHEDULE_KIND_GPIPE } ";
  const auto full =
      tcp_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(request + "view: VIEW_FULL"));
  ASSERT_THAT(full, IsOk());
  v1::StreamScheduleResponse merged;
  int messages = 0;
  ASSERT_THAT(tcp_->StreamSchedule(Parse<v1::StreamScheduleRequest>(request),
                                   [&](v1::StreamScheduleResponse message) {
                                     merged.MergeFrom(message);
                                     ++messages;
                                   }),
              IsOk());
  EXPECT_GT(messages, 3);
  EXPECT_EQ(merged.SerializeAsString(), full->SerializeAsString());
}

TEST_F(ServiceTest, StreamRefusesAWrongRequestWithAllViolations) {
  Start();
  const absl::Status status =
      tcp_->StreamSchedule(v1::StreamScheduleRequest(), [](const v1::StreamScheduleResponse&) {});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, _));
  EXPECT_EQ(client::GetErrorDetails(status).violations.size(), 2u);
}

TEST_F(ServiceTest, ErrorsTravelWithReasonAndViolations) {
  Start();
  const auto response = tcp_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: -4 } schedule { kind: SCHEDULE_KIND_1F1B }"));
  EXPECT_THAT(response, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("num_stages = -4")));
  const client::ErrorDetails details = client::GetErrorDetails(response.status());
  EXPECT_EQ(details.reason, "INVALID_REQUEST");
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0].field, "pipeline.num_stages");
}

TEST_F(ServiceTest, RefusesHugeRequestsBeforeItAllocates) {
  Start();
  const auto response = tcp_->ComputeSchedule(
      Parse<v1::ComputeScheduleRequest>("pipeline { num_stages: 4096 num_microbatches: 1048576 } "
                                        "schedule { kind: SCHEDULE_KIND_1F1B }"));
  EXPECT_THAT(response, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("8589934592 ops")));
  EXPECT_EQ(client::GetErrorDetails(response.status()).reason, "LIMIT_EXCEEDED");
}

// The caller is answered by its own library. That the work stopped, and did not
// run to its end, only the server knows.
TEST_F(ServiceTest, DeadlineStopsTheWork) {
  Start();
  const auto heavy = Parse<v1::ComputeScheduleRequest>(kHeavy);
  // Too short a deadline passes before the call arrives.
  for (int milliseconds = 10; server_->service().calls_abandoned() == 0 && milliseconds < 500;
       milliseconds += 10) {
    EXPECT_THAT(tcp_->ComputeSchedule(heavy, {.timeout = absl::Milliseconds(milliseconds)}),
                StatusIs(absl::StatusCode::kDeadlineExceeded, _));
    WaitUntilIdle();
  }
  EXPECT_EQ(server_->service().calls_abandoned(), 1);
}

TEST_F(ServiceTest, CancelStopsTheWork) {
  Start();
  client::Cancellation cancellation;
  std::thread canceller([&] {
    while (server_->service().calls_in_progress() == 0) std::this_thread::yield();
    cancellation.Cancel();
  });
  EXPECT_THAT(tcp_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(kHeavy),
                                    {.cancellation = &cancellation}),
              StatusIs(absl::StatusCode::kCancelled, _));
  canceller.join();
  WaitUntilIdle();
  EXPECT_EQ(server_->service().calls_abandoned(), 1);
}

TEST_F(ServiceTest, DrainRefusesNewCallsAndFinishesOldOnes) {
  Start();
  absl::Notification started;
  absl::Notification release;
  int64_t ops = 0;
  std::thread reader([&] {
    // More than the flow-control windows hold, so the call lasts until it is read.
    const auto request = Parse<v1::StreamScheduleRequest>(
        "pipeline { num_stages: 64 num_microbatches: 8192 } "
        "schedule { kind: SCHEDULE_KIND_1F1B }");
    EXPECT_THAT(tcp_->StreamSchedule(request,
                                     [&](const v1::StreamScheduleResponse& message) {
                                       ops += message.timeline().starts_size();
                                       if (started.HasBeenNotified()) return;
                                       started.Notify();
                                       release.WaitForNotification();
                                     }),
                IsOk());
  });
  started.WaitForNotification();
  std::thread stopper([&] { server_->Stop(absl::ZeroDuration(), absl::Seconds(60)); });
  absl::Status status;
  while (status.ok()) status = unix_->GetServerInfo().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  EXPECT_EQ(client::GetErrorDetails(status).reason, "DRAINING");
  const auto health = unix_->CheckHealth("readiness");
  ASSERT_THAT(health, IsOk());
  EXPECT_EQ(*health, client::HealthStatus::kNotServing);
  release.Notify();
  stopper.join();
  reader.join();
  EXPECT_EQ(ops, 2 * 64 * 8192);
}

TEST_F(ServiceTest, FullQueueRefusesWithADelayAndHealthStillAnswers) {
  ServerOptions options;
  options.service.workers = 1;
  options.service.max_queued = 1;
  Start(options);
  client::Cancellation cancellation;
  std::vector<absl::Status> results(6);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < results.size(); ++i) {
    callers.emplace_back([&, &result = results[i], i] {
      // Each another one: equal requests are computed once.
      auto request = Parse<v1::ComputeScheduleRequest>(kHeavy);
      request.mutable_pipeline()->set_p2p_time(static_cast<double>(i));
      result = tcp_->ComputeSchedule(request, {.cancellation = &cancellation}).status();
      // One runs and one waits, so some are refused at once; that is enough.
      if (absl::IsResourceExhausted(result)) cancellation.Cancel();
    });
  }
  const auto health = unix_->CheckHealth("");
  for (std::thread& caller : callers) caller.join();
  ASSERT_THAT(health, IsOk());
  EXPECT_EQ(*health, client::HealthStatus::kServing);
  int refused = 0;
  for (const absl::Status& result : results) {
    if (!absl::IsResourceExhausted(result)) continue;
    const client::ErrorDetails details = client::GetErrorDetails(result);
    EXPECT_EQ(details.reason, "OVERLOADED");
    EXPECT_TRUE(details.retry_delay.has_value());
    ++refused;
  }
  EXPECT_GE(refused, 1);
}

TEST_F(ServiceTest, HealthKnowsTheServicesNames) {
  Start();
  for (const char* name : {"", "pipesched.v1.ScheduleService", "liveness", "readiness"}) {
    const auto health = tcp_->CheckHealth(name);
    ASSERT_THAT(health, IsOk()) << name;
    EXPECT_EQ(*health, client::HealthStatus::kServing) << name;
  }
  EXPECT_THAT(tcp_->CheckHealth("nobody"), StatusIs(absl::StatusCode::kNotFound, _));
}

TEST_F(ServiceTest, ListenersAreExclusive) {
  Start();
  for (const std::string& address : server_->addresses()) {
    ServerOptions options;
    options.listen = {address};
    const bool is_unix = address == server_->addresses()[1];
    EXPECT_THAT(Server::Start(options),
                StatusIs(is_unix ? absl::StatusCode::kAborted : absl::StatusCode::kUnavailable,
                         HasSubstr(address)));
  }
  EXPECT_THAT(unix_->GetServerInfo(), IsOk());  // The socket is still the first server's.
}

TEST_F(ServiceTest, StopEndsCallsThatOutliveTheDrain) {
  Start();
  std::thread caller(
      [&] { EXPECT_FALSE(tcp_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(kHeavy)).ok()); });
  while (server_->service().calls_in_progress() == 0) std::this_thread::yield();
  server_->Stop(absl::ZeroDuration(), absl::ZeroDuration());
  caller.join();
}

TEST_F(ServiceTest, StopWaitsForCallsInProgress) {
  Start();
  std::thread caller([&] {
    EXPECT_THAT(tcp_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(kHeavy)), IsOk());
  });
  while (server_->service().calls_in_progress() == 0) std::this_thread::yield();
  server_->Stop(absl::ZeroDuration(), absl::Seconds(60));
  caller.join();
}

}  // namespace
}  // namespace pipesched
