// A real pipeschedd, stopped step by step (docs/guarantees.md).

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "daemon/watchdog.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using client::HealthStatus;
using testing::HasSubstr;

// As many ops as the limits allow: takes about a second.
v1::ComputeScheduleRequest Heavy(double p2p_time = 0) {
  auto request = Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B }");
  request.mutable_pipeline()->set_p2p_time(p2p_time);
  return request;
}

// An open call of grpc.health.v1.Health/Watch. Debian has no header of that service;
// its messages are one number each.
class HealthWatch {
 public:
  explicit HealthWatch(const std::string& address)
      : stub_(client::MakeChannel(address)),
        call_(stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_)) {
    call_->StartCall(nullptr);
    Next();
    const grpc::Slice nothing("", 0);
    call_->WriteLast(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(), nullptr);
    Next();
  }

  // The next status: 1 is SERVING, 2 is NOT_SERVING; 0: the call has ended.
  int Read() {
    grpc::ByteBuffer message;
    call_->Read(&message, nullptr);
    grpc::Slice bytes;
    if (!Next() || !message.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2) return 0;
    return bytes.begin()[1];
  }

  grpc::StatusCode Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next();
    return status.error_code();
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

class DrainTest : public testing::Test {
 protected:
  void Start(std::vector<std::string> flags) {
    socket_ = "unix:" + folder_.File("s");
    flags.insert(flags.end(),
                 {"--listen", socket_, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"});
    daemon_.emplace(std::move(flags));
    client_ = std::make_unique<client::Client>(client::MakeChannel(socket_));
    EXPECT_THAT(client_->GetServerInfo(), IsOk());
    WaitForCalls(0);  // The call ends a little after its answer.
  }

  int CallsInProgress() const {
    const std::string metrics = HttpGet(daemon_->admin, "/metrics").body;
    const std::string name = "\npipesched_inflight_requests ";
    return std::atoi(metrics.substr(metrics.find(name) + name.size()).c_str());
  }

  void WaitForCalls(int count) const {
    while (CallsInProgress() != count) std::this_thread::yield();
  }

  const TemporaryFolder folder_;
  std::string socket_;
  std::optional<Daemon> daemon_;
  std::unique_ptr<client::Client> client_;
};

// Steps 1 to 3: told, NOT_SERVING under every name, not ready but alive; calls are
// still answered.
TEST_F(DrainTest, FirstHealthSaysSoAndCallsAreStillAnswered) {
  Start({"--drain-delay", "60s"});
  EXPECT_EQ(HttpGet(daemon_->admin, "/readyz").code, 200);
  daemon_->process.Signal(SIGTERM);
  EXPECT_NE(daemon_->process.WaitForStderrLine("drain: health is NOT_SERVING"), "");
  for (const char* name : {"", "pipesched.v1.ScheduleService", "liveness", "readiness"}) {
    const auto health = client_->CheckHealth(name);
    ASSERT_THAT(health, IsOk()) << name;
    EXPECT_EQ(*health, HealthStatus::kNotServing) << name;
  }
  EXPECT_EQ(HttpGet(daemon_->admin, "/readyz").code, 503);
  EXPECT_EQ(HttpGet(daemon_->admin, "/livez").code, 200);
  EXPECT_THAT(client_->GetServerInfo(), IsOk());
  // A new connection, too.
  const client::Client other(client::MakeChannel(daemon_->addresses[1]));
  EXPECT_THAT(other.GetServerInfo(), IsOk());
  EXPECT_THAT(HttpGet(daemon_->admin, "/metrics").body, HasSubstr("\npipesched_drain_state 1"));
}

// A caller that reads the first message of a stream and then waits for Release.
class SlowReader {
 public:
  explicit SlowReader(const std::string& address)
      : client_(client::MakeChannel(address)), thread_([this] { Read(); }) {
    started_.WaitForNotification();
  }
  ~SlowReader() { thread_.join(); }

  void Release() { release_.Notify(); }

  // After Release: how the call ended.
  const absl::Status& Wait() {
    ended_.WaitForNotification();
    return status_;
  }

 private:
  void Read() {
    // More than the flow-control windows hold, so the call lasts until it is read.
    const auto request = Parse<v1::StreamScheduleRequest>(
        "pipeline { num_stages: 64 num_microbatches: 8192 } schedule { kind: SCHEDULE_KIND_1F1B }");
    status_ = client_.StreamSchedule(request, [&](const v1::StreamScheduleResponse&) {
      if (started_.HasBeenNotified()) return;
      started_.Notify();
      release_.WaitForNotification();
    });
    ended_.Notify();
  }

  const client::Client client_;
  absl::Notification started_;
  absl::Notification release_;
  absl::Notification ended_;
  absl::Status status_;
  std::thread thread_;  // Last: it uses the rest.
};

// Steps 4 and 5: new calls are refused with a reason, health is answered, a long
// computation and a stream in progress are finished, and then the process ends.
TEST_F(DrainTest, ThenNewCallsAreRefusedAndOldOnesFinished) {
  Start({"--drain-timeout", "60s"});
  SlowReader reader(daemon_->addresses[1]);
  absl::StatusOr<v1::ComputeScheduleResponse> computed;
  std::thread caller([&] { computed = client_->ComputeSchedule(Heavy()); });
  WaitForCalls(2);
  daemon_->process.Signal(SIGTERM);
  EXPECT_NE(daemon_->process.WaitForStderrLine("drain: new calls are refused"), "");
  const auto refused = client_->GetServerInfo();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable, testing::_));
  EXPECT_EQ(client::GetErrorDetails(refused.status()).reason, "DRAINING");
  const auto health = client_->CheckHealth("");
  ASSERT_THAT(health, IsOk());
  EXPECT_EQ(*health, HealthStatus::kNotServing);
  reader.Release();
  EXPECT_THAT(reader.Wait(), IsOk());
  caller.join();
  EXPECT_THAT(computed, IsOk());
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
  EXPECT_TRUE(folder_.List().empty());  // Neither socket nor lock is left.
}

// Step 5: a client that watches health, as all with client-side health checking do,
// holds nothing up, and hears of the stop.
TEST_F(DrainTest, AnOpenHealthWatchHoldsNothingUp) {
  Start({"--drain-timeout", "60s"});
  HealthWatch watch(socket_);
  ASSERT_EQ(watch.Read(), 1);
  const absl::Time start = absl::Now();
  daemon_->process.Signal(SIGTERM);
  EXPECT_EQ(watch.Read(), 2);
  EXPECT_EQ(watch.Read(), 0);
  EXPECT_EQ(watch.Finish(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));  // promised: 1 s
}

// Steps 5 and 6: a caller that reads nothing holds its call; when the time is over it
// is cancelled.
TEST_F(DrainTest, WhatOutlivesTheTimeoutIsCancelled) {
  Start({"--drain-timeout", "1100ms"});
  SlowReader reader(socket_);
  SlowReader tcp_reader(daemon_->addresses[1]);
  daemon_->process.Signal(SIGTERM);
  EXPECT_NE(daemon_->process.WaitForStderrLine("drain: waiting for calls in progress"), "");
  EXPECT_NE(daemon_->process.WaitForStderrLine("drain: calls in progress are cancelled"), "");
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
  reader.Release();
  tcp_reader.Release();
  EXPECT_THAT(reader.Wait(), StatusIs(absl::StatusCode::kUnavailable, testing::_));
  EXPECT_THAT(tcp_reader.Wait(), StatusIs(absl::StatusCode::kUnavailable, testing::_));
}

// Step 6: work in progress stops when its time is over, and its caller is told to try
// elsewhere.
TEST_F(DrainTest, AComputationThatOutlivesTheTimeoutIsTold) {
  Start({"--drain-timeout", "0s"});
  absl::Status status;
  std::thread caller([&] { status = client_->ComputeSchedule(Heavy()).status(); });
  WaitForCalls(1);
  daemon_->process.Signal(SIGTERM);
  const ProcessResult result = daemon_->process.Wait();
  EXPECT_EQ(result.exit_code, 0);
  caller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, testing::_)) << result.err;
  EXPECT_EQ(client::GetErrorDetails(status).reason, "DRAINING") << result.err;
}

// Steps 4 to 6: whoever calls meanwhile, until there is no server, is told to try again,
// not that the call was cancelled.
TEST_F(DrainTest, WhoCallsMeanwhileIsToldToTryAgain) {
  Start({});
  std::vector<absl::Status> told(8);
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0;
  for (absl::Status& status : told) {
    callers.emplace_back([&] {
      const auto& address = &status == &told[0] ? socket_ : daemon_->addresses[1];
      const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(address));
      while (absl::IsUnavailable(status) || status.ok()) {
        grpc::ClientContext context;
        v1::GetServerInfoResponse response;
        status = client::FromGrpcStatus(stub->GetServerInfo(&context, {}, &response));
        if (status.ok()) ++answered;
        const bool is_gone = !status.ok() && client::GetErrorDetails(status).reason.empty();
        if (is_gone) break;
      }
    });
  }
  while (answered < 100) std::this_thread::yield();
  daemon_->process.Signal(SIGTERM);
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
  for (std::thread& caller : callers) caller.join();
  for (const absl::Status& status : told) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, testing::_));
  }
}

// Step 6: once metrics are not answered any more, nobody listens for calls; until then they
// tell of the drain.
TEST_F(DrainTest, TheAdminListenerStopsLast) {
  Start({"--drain-timeout", "60s"});
  HealthWatch watch(socket_);
  ASSERT_EQ(watch.Read(), 1);
  daemon_->process.Signal(SIGTERM);
  int draining = 0;
  for (bool is_up = true; is_up;) {
    const HttpAnswer metrics = HttpGet(daemon_->admin, "/metrics");
    const int call = ConnectTo(daemon_->addresses[1]);
    is_up = metrics.code == 200 && !metrics.body.empty();
    if (call >= 0) {
      close(call);
      EXPECT_TRUE(is_up) << "the admin listener went first";
    } else if (is_up) {
      EXPECT_THAT(metrics.body, HasSubstr("\npipesched_inflight_requests 0"));
    }
    if (absl::StrContains(metrics.body, "\npipesched_drain_state 2")) ++draining;
  }
  EXPECT_GT(draining, 0);
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
}

// Valgrind, which sees into gRPC too, finds no wrong use of memory in a stop that ends a
// Watch and waits for a call.
TEST(ValgrindTest, AStopUsesNoMemoryWrongly) {
  if (IsInstrumented()) GTEST_SKIP() << "a sanitizer looks at it";
  if (access("/usr/bin/valgrind", X_OK) != 0) {
    const char* ci = std::getenv("CI");
    ASSERT_TRUE(ci == nullptr || std::string(ci) != "true") << "valgrind is missing";
    GTEST_SKIP() << "valgrind is missing";
  }
  const TemporaryFolder folder;
  const std::string socket = "unix:" + folder.File("s");
  std::vector<std::string> argv = DaemonArgv({"--listen", socket, "--drain-timeout", "120s"});
  argv.insert(argv.begin(), {"/usr/bin/valgrind", "--quiet", "--error-exitcode=99"});
  Process process(argv, {});
  ASSERT_NE(process.WaitForStderrLine(" info listening on "), "");
  const client::Client client(client::MakeChannel(socket));
  EXPECT_THAT(client.GetServerInfo(), IsOk());
  HealthWatch watch(socket);
  EXPECT_EQ(watch.Read(), 1);
  const auto request = Parse<v1::StreamScheduleRequest>(
      "pipeline { num_stages: 64 num_microbatches: 512 } schedule { kind: SCHEDULE_KIND_1F1B }");
  bool stopping = false;
  EXPECT_THAT(client.StreamSchedule(request,
                                    [&](const v1::StreamScheduleResponse&) {
                                      if (!std::exchange(stopping, true)) process.Signal(SIGTERM);
                                    }),
              IsOk());
  EXPECT_TRUE(stopping);
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

// Step 7: a second signal does not wait.
TEST_F(DrainTest, ASecondSignalEndsItAtOnce) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    Start({"--drain-delay", "60s"});
    daemon_->process.Signal(SIGTERM);
    EXPECT_NE(daemon_->process.WaitForStderrLine("drain: health is NOT_SERVING"), "");
    daemon_->process.Signal(signal_number);
    EXPECT_EQ(daemon_->process.Wait().exit_code, 128 + signal_number);
  }
}

// Step 7: a socket that somebody else has put in the place of ours stays.
TEST_F(DrainTest, AForeignSocketIsNotRemoved) {
  Start({});
  const std::string path = folder_.File("s");
  unlink(path.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int other = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(other, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  daemon_->process.Signal(SIGTERM);
  EXPECT_EQ(daemon_->process.Wait().exit_code, 0);
  EXPECT_THAT(folder_.List(), testing::ElementsAre("s"));
  close(other);
}

// Step 7: whatever hangs, the process ends.
TEST(WatchdogDeathTest, EndsAProcessThatHangs) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const Watchdog watchdog(absl::Milliseconds(10));
        absl::SleepFor(absl::Hours(1));
      },
      testing::ExitedWithCode(70), "");
}

TEST(WatchdogTest, LetsGoOfOneThatDoesNot) { const Watchdog watchdog(absl::Hours(1)); }

// A datagram socket that stands for the service manager's.
class Manager {
 public:
  Manager() : path_(folder_.File("notify")), fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval timeout{30, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  }
  ~Manager() { close(fd_); }

  std::string Hear() const {
    char buffer[256];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
    return size < 0 ? "" : std::string(buffer, static_cast<size_t>(size));
  }
  const std::string& path() const { return path_; }

 private:
  const TemporaryFolder folder_;
  const std::string path_;
  const int fd_;
};

TEST(NotifyTest, TheServiceManagerHearsOfEachStep) {
  const Manager manager;
  ProcessOptions options;
  options.environment = {{"NOTIFY_SOCKET", manager.path()}, {"WATCHDOG_USEC", "100000"}};
  Daemon daemon({"--listen", "127.0.0.1:0"}, options);
  EXPECT_EQ(manager.Hear(), "READY=1");
  EXPECT_EQ(manager.Hear(), "WATCHDOG=1");
  EXPECT_EQ(manager.Hear(), "WATCHDOG=1");
  daemon.process.Signal(SIGTERM);
  std::string heard = manager.Hear();
  while (heard == "WATCHDOG=1") heard = manager.Hear();
  EXPECT_EQ(heard, "STOPPING=1");
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

}  // namespace
}  // namespace pipesched
