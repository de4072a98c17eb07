// What goes wrong around a real pipeschedd.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/ask_once.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

bool Answers(const std::string& address) {
  return client::Client(client::MakeChannel(address)).GetServerInfo().ok();
}

TEST(FaultTest, KilledAndStartedAgainOverItsSocketManyTimes) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  for (int i = 0; i < 5; ++i) {
    Daemon daemon({"--listen", address});
    EXPECT_TRUE(Answers(address));
    daemon.process.Signal(SIGKILL);
    EXPECT_EQ(daemon.process.Wait().exit_code, -1);
    EXPECT_FALSE(folder.List().empty());
  }
}

// Of daemons that start at the same moment on one socket, or one port, one has it.
TEST(FaultTest, OfManyThatStartAtOnceOneListens) {
  const TemporaryFolder folder;
  const std::string port = Daemon({"--listen", "127.0.0.1:0"}).addresses[0];  // free again
  const struct {
    std::string address;
    int exit_code;
  } cases[] = {{"unix:" + folder.File("s"), 75}, {port, 69}};
  for (const auto& c : cases) {
    for (int round = 0; round < 5; ++round) {
      std::vector<std::unique_ptr<Process>> daemons;
      for (int i = 0; i < 6; ++i) {
        daemons.push_back(std::make_unique<Process>(DaemonArgv({"--listen", c.address})));
      }
      int listening = 0;
      for (const auto& daemon : daemons) {
        if (!daemon->WaitForStderrLine(" info listening on ").empty()) {
          ++listening;
        } else {
          EXPECT_EQ(daemon->Wait().exit_code, c.exit_code);
        }
      }
      EXPECT_EQ(listening, 1) << c.address;
      EXPECT_TRUE(Answers(c.address));
    }
  }
}

TEST(FaultTest, StoppedAndContinuedItGoesOn) {
  Daemon daemon({"--listen", "127.0.0.1:0"});
  const client::Client client(client::MakeChannel(daemon.addresses[0]));
  EXPECT_THAT(client.GetServerInfo(), IsOk());
  daemon.process.Signal(SIGSTOP);
  ASSERT_EQ(waitpid(daemon.process.pid(), nullptr, WUNTRACED), daemon.process.pid());
  EXPECT_THAT(client.GetServerInfo({.timeout = absl::Milliseconds(200)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
  daemon.process.Signal(SIGCONT);
  EXPECT_THAT(client.GetServerInfo(), IsOk());
  daemon.process.Signal(SIGTERM);
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

// With no descriptor left new connections wait; those that there are go on, and when
// descriptors are free again all is as before.
TEST(FaultTest, WithoutDescriptorsOldConnectionsGoOn) {
  if (HasAddressSanitizer()) {
    GTEST_SKIP() << "UndefinedBehaviorSanitizer opens a pipe to look at a pointer";
  }
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  Daemon daemon({"--listen", address, "--listen", "127.0.0.1:0"});
  const client::Client old_client(client::MakeChannel(daemon.addresses[1]));
  EXPECT_THAT(old_client.GetServerInfo(), IsOk());
  rlimit few{40, 40};
  ASSERT_EQ(prlimit(daemon.process.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  std::vector<int> held;
  for (int i = 0; i < 100; ++i) held.push_back(ConnectTo(daemon.addresses[1]));
  for (int i = 0; i < 20; ++i) EXPECT_THAT(old_client.GetServerInfo(), IsOk());
  for (const int fd : held) {
    if (fd >= 0) close(fd);
  }
  while (!Answers(address)) std::this_thread::yield();
  while (!Answers(daemon.addresses[1])) std::this_thread::yield();
}

// /dev/full says what a full disk says.
TEST(FaultTest, AFullDiskUnderTheLogStopsNothing) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  Process process(
      {"/bin/sh", "-c",
       absl::StrCat("exec ", BuiltProgram("pipeschedd"), " --listen ", address, " 2>/dev/full")});
  while (!Answers(address)) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Answers(address));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait().exit_code, 0);
}

// A reader of the log that stopped reading holds nobody up.
TEST(FaultTest, ALogThatNobodyReadsStopsNothing) {
  const TemporaryFolder folder;
  const std::string fifo = folder.File("log");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDWR);  // Keeps it open and reads nothing.
  const std::string address = "unix:" + folder.File("s");
  Process process({"/bin/sh", "-c",
                   absl::StrCat("exec ", BuiltProgram("pipeschedd"),
                                " --drain-timeout 0s --listen ", address, " 2>", fifo)});
  while (!Answers(address)) std::this_thread::yield();
  const client::Client client(client::MakeChannel(address));
  // 200 bytes a line: more than a pipe holds, several times over.
  for (int i = 0; i < 2000; ++i) ASSERT_THAT(client.GetServerInfo(), IsOk());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait().exit_code, 70);  // Ends all the same, when its time is over.
  close(reader);
}

// A caller that takes nothing from its connection any more loses it when its time is
// over, and the plan that it holds is let go.
TEST(FaultTest, APeerThatReadsNothingLosesItsConnection) {
  const TemporaryFolder folder;
  Daemon daemon({"--listen", "unix:" + folder.File("s"), "--listen", "127.0.0.1:0",
                 "--admin-listen", "127.0.0.1:0", "--max-rpc-duration", "3s", "--cache-bytes",
                 "0"});
  const auto request = Parse<v1::StreamScheduleRequest>(
      "pipeline { num_stages: 64 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B }");
  const auto metric = [&](const std::string& name) { return GetMetric(daemon.admin, name); };
  for (const std::string& address : daemon.addresses) {
    const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(address));
    grpc::ClientContext context;
    const auto reader = stub->StreamSchedule(&context, request);
    v1::StreamScheduleResponse message;
    ASSERT_TRUE(reader->Read(&message));  // and never again
    EXPECT_GT(metric("pipesched_memory_reserved_bytes"), 0);
    while (metric("pipesched_inflight_requests") > 0) std::this_thread::yield();
    while (metric("pipesched_memory_reserved_bytes") > 0) std::this_thread::yield();
    context.TryCancel();
  }
}

// Where plans may take little memory, large ones are refused and the process stays
// small.
TEST(FaultTest, MemoryStaysBelowItsMark) {
  Daemon daemon(
      {"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--max-memory", "256MiB"});
  const client::Client client(client::MakeChannel(daemon.addresses[0]));
  auto request = Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B }");
  EXPECT_THAT(AskOnce(daemon.addresses[0], request),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("memory")));
  // Many that fit, one after another, each another plan.
  request.mutable_pipeline()->set_num_stages(256);
  for (int i = 0; i < 40; ++i) {
    request.mutable_pipeline()->set_p2p_time(i);
    EXPECT_THAT(client.ComputeSchedule(request), IsOk());
  }
  const std::string metrics = HttpGet(daemon.admin, "/metrics").body;
  const std::string name = "\nprocess_resident_memory_bytes ";
  const double resident = std::atof(metrics.c_str() + metrics.find(name) + name.size());
  if (!HasAddressSanitizer()) {
    EXPECT_LT(resident, 256 << 20);
  }
  EXPECT_GT(resident, 1 << 20);
  EXPECT_THAT(metrics, HasSubstr("\npipesched_memory_rejections_total 1"));
}

TEST(FaultTest, ExitCodesAreThoseOfTheManual) {
  const TemporaryFolder folder;
  EXPECT_EQ(RunDaemon({"--no-such"}).exit_code, 64);
  EXPECT_EQ(RunDaemon({"--config", folder.File("none")}).exit_code, 78);
  EXPECT_EQ(RunDaemon({"--config", folder.Write("c", "listen: [")}).exit_code, 78);
  EXPECT_EQ(RunDaemon({"--listen", "unix:" + folder.File("no/s")}).exit_code, 73);
  const Daemon daemon({"--listen", "127.0.0.1:0", "--listen", "unix:" + folder.File("s")});
  EXPECT_EQ(RunDaemon({"--listen", daemon.addresses[0]}).exit_code, 69);
  EXPECT_EQ(RunDaemon({"--listen", daemon.addresses[1]}).exit_code, 75);
  if (getuid() != 0) {
    EXPECT_EQ(RunDaemon({"--listen", "unix:/proc/s"}).exit_code, 77);
  }
}

TEST(CheckConfigTest, PrintsTheConfigurationWithOrigins) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("d.yaml", "queue: 3\n");
  ProcessOptions options;
  options.environment = {{"PIPESCHED_WORKERS", "2"}, {"PIPESCHED_WORKER", "2"}};
  const ProcessResult good =
      RunDaemon({"--check-config", "--config", file, "--drain-delay", "3s"}, options);
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, testing::ContainsRegex("queue: 3 +# .*d.yaml: queue\n"));
  EXPECT_THAT(good.out, testing::ContainsRegex("workers: 2 +# PIPESCHED_WORKERS\n"));
  EXPECT_THAT(good.out, testing::ContainsRegex("drain_delay: 3s +# --drain-delay\n"));
  EXPECT_THAT(good.out, testing::ContainsRegex("log_level: info +# default\n"));
  EXPECT_THAT(good.err, HasSubstr("warning: unknown environment variable PIPESCHED_WORKER;"));
  const ProcessResult bad =
      RunDaemon({"--check-config", "--config", folder.Write("b", "a: 1\nqueue: x\n")});
  EXPECT_EQ(bad.exit_code, 78);
  EXPECT_THAT(bad.err, HasSubstr("b:1:1: unknown key \"a\""));
  EXPECT_THAT(bad.err, HasSubstr("b:2:8: queue: want a whole number"));
  EXPECT_EQ(bad.out, "");
  const ProcessResult twice =
      RunDaemon({"--check-config", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:1",
                 "--admin-listen", "127.0.0.1:1", "--max-rpc-duration", "2s"});
  EXPECT_EQ(twice.exit_code, 78);
  EXPECT_THAT(twice.err, HasSubstr("--listen: 127.0.0.1:1 is there twice"));
  EXPECT_THAT(twice.err, HasSubstr("--admin-listen: 127.0.0.1:1 is an address of --listen, too"));
  const ProcessResult no_time = RunDaemon({"--check-config", "--max-rpc-duration", "0s"});
  EXPECT_EQ(no_time.exit_code, 64);
  EXPECT_THAT(no_time.err, HasSubstr("want a duration of at least 1ms, for example 500ms or 3s"));
}

}  // namespace
}  // namespace pipesched
