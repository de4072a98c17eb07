// A server with more to do than it can. Promised times are asserted with tenfold
// slack; tests/bench/overload_bench.cc has the real ones.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/server.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::_;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

constexpr int kMaxQueued = 2;

// Takes about half a second; each p2p time is another plan.
v1::ComputeScheduleRequest Heavy(int p2p_time) {
  auto request = Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B }");
  request.mutable_pipeline()->set_p2p_time(p2p_time);
  return request;
}

constexpr char kObserved[] = "observed";

// Hears that the server refused a call whose request id is kObserved.
class RefusalObserver final : public CallObserver {
 public:
  void OnStart(absl::string_view, bool) override {}
  void OnEnd(const CallRecord& record) override {
    if (record.request_id == kObserved && absl::IsResourceExhausted(record.status)) ++refused_;
  }
  void OnPlanComputed(int64_t, int64_t, absl::Duration) override {}

  int refused() const { return refused_.load(); }

 private:
  std::atomic<int> refused_ = 0;
};

class OverloadTest : public testing::Test {
 protected:
  void Start(const std::function<void(ServerOptions&)>& change) {
    ServerOptions options;
    options.listen = {"127.0.0.1:0", "unix:" + folder_.File("s")};
    options.service.workers = 2;
    change(options);
    auto server = Server::Start(options);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    const auto channel = client::MakeChannel(server_->addresses()[1]);
    client_ = std::make_unique<client::Client>(channel);
    stub_ = v1::ScheduleService::NewStub(channel);
  }

  ~OverloadTest() override {
    cancellation_.Cancel();
    for (std::thread& caller : callers_) caller.join();
  }

  // Keeps all workers busy and the queue full, until the test ends.
  void Saturate() {
    constexpr int kCallers = 12;
    for (int i = 0; i < kCallers; ++i) {
      callers_.emplace_back([this] {
        while (!cancellation_.cancelled()) {
          const absl::Status status =
              client_
                  ->ComputeSchedule(Heavy(next_plan_++),
                                    {.timeout = absl::Minutes(5), .cancellation = &cancellation_})
                  .status();
          const auto delay = client::GetErrorDetails(status).retry_delay;
          if (delay && !cancellation_.cancelled()) absl::SleepFor(*delay / 10);
        }
      });
    }
    while (server_->service().jobs_queued() < kMaxQueued) std::this_thread::yield();
  }

  // Calls until one is refused: the queue may have had room for the first.
  absl::Status RefusedHeavy(absl::Duration* took = nullptr) {
    absl::Status status;
    while (status.ok()) {
      const absl::Time start = absl::Now();
      status = TryHeavy(next_plan_++);
      if (took != nullptr) *took = absl::Now() - start;
    }
    return status;
  }

  // One attempt: a Client would try again when it is told to.
  absl::Status TryHeavy(int p2p_time, absl::Duration timeout = absl::Minutes(5)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    v1::ComputeScheduleResponse response;
    return client::FromGrpcStatus(stub_->ComputeSchedule(&context, Heavy(p2p_time), &response));
  }

  const TemporaryFolder folder_;
  RefusalObserver observer_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<client::Client> client_;
  std::unique_ptr<v1::ScheduleService::Stub> stub_;
  client::Cancellation cancellation_;
  std::vector<std::thread> callers_;
  std::atomic<int> next_plan_ = 1000;
};

TEST_F(OverloadTest, RefusesAtOnceAndSaysWhenToRetry) {
  Start([](ServerOptions& options) { options.service.max_queued = kMaxQueued; });
  Saturate();
  absl::Duration took;
  const absl::Status refused = RefusedHeavy(&took);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, _));
  const client::ErrorDetails details = client::GetErrorDetails(refused);
  EXPECT_EQ(details.reason, "OVERLOADED");
  EXPECT_THAT(details.metadata, Contains(Pair("cause", AnyOf("QUEUE", "WAIT"))));
  EXPECT_THAT(details.metadata, Contains(Pair("scope", "SERVER")));
  EXPECT_TRUE(details.retry_delay.has_value());
  EXPECT_LT(took, WithSlack(absl::Milliseconds(5)));
}

TEST_F(OverloadTest, PushbackIsWhatRetryInfoSays) {
  Start([](ServerOptions& options) { options.service.max_queued = kMaxQueued; });
  Saturate();
  const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(server_->addresses()[0]));
  std::optional<grpc::ClientContext> context;
  grpc::Status status;
  while (status.ok()) {
    v1::ComputeScheduleResponse response;
    status = stub->ComputeSchedule(&context.emplace(), Heavy(next_plan_++), &response);
  }
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = context->GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  int64_t milliseconds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(absl::string_view(pushback->second.data(), pushback->second.size()),
                               &milliseconds));
  const auto delay = client::GetErrorDetails(client::FromGrpcStatus(status)).retry_delay;
  ASSERT_TRUE(delay.has_value());
  EXPECT_EQ(absl::Milliseconds(milliseconds), absl::Floor(*delay, absl::Milliseconds(1)));
}

// A client that is refused waits as it is told, and is answered once the load ends.
TEST_F(OverloadTest, AClientIsAnsweredAfterARefusal) {
  Start([this](ServerOptions& options) {
    options.service.workers = 1;
    options.service.max_queued = kMaxQueued;
    options.service.observer = &observer_;
  });
  Saturate();
  std::thread watcher([this] {
    while (observer_.refused() == 0) std::this_thread::yield();
    cancellation_.Cancel();
  });
  const client::Client client(client::MakeChannel(server_->addresses()[0]));
  absl::Status status;
  while (observer_.refused() == 0) {  // the queue may have room for the first
    status = client
                 .ComputeSchedule(Heavy(next_plan_++), {.timeout = absl::Minutes(5),
                                                        .metadata = {{"x-request-id", kObserved}}})
                 .status();
  }
  watcher.join();
  EXPECT_THAT(status, IsOk());
}

TEST_F(OverloadTest, HealthAndSmallCallsAreAnsweredWhileSaturated) {
  Start([](ServerOptions& options) { options.service.max_queued = kMaxQueued; });
  Saturate();
  const client::Client other(client::MakeChannel(server_->addresses()[0]));
  for (int i = 0; i < 20; ++i) {
    const absl::Time start = absl::Now();
    const auto health = other.CheckHealth("");
    EXPECT_LT(absl::Now() - start, WithSlack(absl::Milliseconds(100)));
    ASSERT_THAT(health, IsOk());
    EXPECT_EQ(*health, client::HealthStatus::kServing);
  }
  EXPECT_THAT(other.ComputeSchedule(Parse<v1::ComputeScheduleRequest>(
                  "pipeline { num_stages: 4 num_microbatches: 8 } "
                  "schedule { kind: SCHEDULE_KIND_1F1B }")),
              IsOk());
}

// What cannot be answered in its time is not begun.
TEST_F(OverloadTest, ADeadlineThatCannotBeKeptIsRefusedAtOnce) {
  Start([](ServerOptions&) {});
  ASSERT_THAT(TryHeavy(1), IsOk());  // now it is known how long one takes
  const absl::Status refused = TryHeavy(2, absl::Milliseconds(20));
  if (absl::IsDeadlineExceeded(refused)) GTEST_SKIP() << "the machine was slower than the deadline";
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, _));
  EXPECT_THAT(client::GetErrorDetails(refused).metadata, Contains(Pair("cause", "DEADLINE")));
  EXPECT_THAT(client::GetErrorDetails(refused).metadata, Contains(Pair("scope", "CALL")));
}

TEST_F(OverloadTest, PlansBeyondTheMemoryAreRefused) {
  Start([](ServerOptions& options) { options.service.memory_bytes = 64 << 20; });
  const absl::Status refused = TryHeavy(1);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("memory")));
  EXPECT_THAT(client::GetErrorDetails(refused).metadata, Contains(Pair("cause", "MEMORY")));
  while (server_->service().memory_reserved() > 0) std::this_thread::yield();
  // One that fits is answered.
  EXPECT_THAT(client_->ComputeSchedule(Parse<v1::ComputeScheduleRequest>(
                  "pipeline { num_stages: 64 num_microbatches: 512 } "
                  "schedule { kind: SCHEDULE_KIND_1F1B }")),
              IsOk());
}

void ExpectOutOfMemory(const grpc::Status& status) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto details = client::GetErrorDetails(client::FromGrpcStatus(status));
  EXPECT_EQ(details.reason, "OVERLOADED");
  EXPECT_THAT(details.metadata, Contains(Pair("cause", "MEMORY")));
}

// The calls that have no plan of their own reserve what they may take.
TEST_F(OverloadTest, WorkBeyondTheMemoryIsRefused) {
  Start([](ServerOptions& options) { options.service.memory_bytes = 8 << 20; });
  const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(server_->addresses()[0]));
  const std::string pipeline = "pipeline { num_stages: 64 num_microbatches: 4096 } ";
  {
    grpc::ClientContext context;
    v1::ValidateScheduleResponse response;
    ExpectOutOfMemory(stub->ValidateSchedule(
        &context,
        Parse<v1::ValidateScheduleRequest>(pipeline + "schedule { kind: SCHEDULE_KIND_1F1B }"),
        &response));
  }
  {
    grpc::ClientContext context;
    v1::CompareSchedulesResponse response;
    ExpectOutOfMemory(
        stub->CompareSchedules(&context, Parse<v1::CompareSchedulesRequest>(pipeline), &response));
  }
  {
    grpc::ClientContext context;
    const auto reader = stub->SearchSchedule(&context, Parse<v1::SearchScheduleRequest>(pipeline));
    v1::SearchScheduleResponse response;
    EXPECT_FALSE(reader->Read(&response));
    ExpectOutOfMemory(reader->Finish());
  }
  EXPECT_EQ(server_->service().memory_reserved(), 0);
  grpc::ClientContext context;
  v1::ValidateScheduleResponse response;
  const auto small = Parse<v1::ValidateScheduleRequest>(
      "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B }");
  EXPECT_TRUE(stub->ValidateSchedule(&context, small, &response).ok());
  while (server_->service().memory_reserved() > 0) std::this_thread::yield();
}

// A stream whose reader stops reading keeps its plan, and the plan's memory counts.
TEST_F(OverloadTest, AStreamThatIsNotReadKeepsItsMemoryAndEndsInTime) {
  Start([](ServerOptions& options) {
    options.service.memory_bytes = int64_t{1} << 30;
    options.service.max_rpc_duration = absl::Seconds(2);
  });
  const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(server_->addresses()[0]));
  grpc::ClientContext context;
  auto request = Parse<v1::StreamScheduleRequest>(
      "pipeline { num_stages: 64 num_microbatches: 8192 } schedule { kind: SCHEDULE_KIND_1F1B }");
  const auto reader = stub->StreamSchedule(&context, request);
  v1::StreamScheduleResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_GT(server_->service().memory_reserved(), int64_t{64} * 8192 * 2 * 20);
  while (server_->service().calls_in_progress() > 0) std::this_thread::yield();
  while (server_->service().memory_reserved() > 0) std::this_thread::yield();
  context.TryCancel();
}

TEST_F(OverloadTest, NoCallTakesLongerThanTheServerAllows) {
  Start([](ServerOptions& options) { options.service.max_rpc_duration = absl::Milliseconds(30); });
  const absl::Status status = TryHeavy(1);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("30ms")));
  const client::ErrorDetails details = client::GetErrorDetails(status);
  EXPECT_EQ(details.reason, "MAX_RPC_DURATION_EXCEEDED");
  EXPECT_THAT(details.metadata, Contains(Pair("max_rpc_duration", "30ms")));
}

// Cancelled at any time, the work stops soon. How soon the server itself says: no
// call is in progress any more.
TEST_F(OverloadTest, CancelledWorkStopsSoon) {
  Start([](ServerOptions&) {});
  absl::Duration longest;
  for (int i = 0; i < 12; ++i) {
    client::Cancellation cancellation;
    std::thread caller(
        [&] { (void)client_->ComputeSchedule(Heavy(i), {.cancellation = &cancellation}); });
    while (server_->service().calls_in_progress() == 0) std::this_thread::yield();
    absl::SleepFor(absl::Milliseconds(20 * i));  // another part of the work each time
    const absl::Time start = absl::Now();
    cancellation.Cancel();
    while (server_->service().calls_in_progress() > 0) std::this_thread::yield();
    longest = std::max(longest, absl::Now() - start);
    caller.join();
  }
  RecordProperty("longest_ms", absl::StrCat(absl::ToInt64Milliseconds(longest)));
  EXPECT_LT(longest, WithSlack(absl::Milliseconds(50)));
}

TEST_F(OverloadTest, DeadlinesStopTheWorkAsCancelsDo) {
  Start([](ServerOptions&) {});
  for (const int milliseconds : {10, 40, 90, 160}) {
    const absl::Time deadline = absl::Now() + absl::Milliseconds(milliseconds);
    EXPECT_FALSE(TryHeavy(milliseconds, absl::Milliseconds(milliseconds)).ok());
    while (server_->service().calls_in_progress() > 0) std::this_thread::yield();
    EXPECT_LT(absl::Now() - deadline, WithSlack(absl::Milliseconds(50)));
  }
}

// When the load ends, a call is answered as on the first day.
TEST_F(OverloadTest, RecoversWhenTheLoadEnds) {
  Start([](ServerOptions& options) { options.service.max_queued = kMaxQueued; });
  Saturate();
  cancellation_.Cancel();
  const absl::Time start = absl::Now();
  absl::Status status = absl::UnknownError("");
  while (!status.ok()) status = TryHeavy(1);
  EXPECT_LT(absl::Now() - start, WithSlack(absl::Seconds(1)));  // and the call itself
}

}  // namespace
}  // namespace pipesched
