// The real pipeschedd, asked by the real pipesched and by a client here.

#include "tests/support/process.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ProcessResult RunCli(absl::string_view line, const std::string& folder,
                     std::map<std::string, std::string> environment = {}) {
  std::vector<std::string> argv = {BuiltProgram("pipesched")};
  for (const absl::string_view word : absl::StrSplit(line, ' ')) argv.emplace_back(word);
  ProcessOptions options;
  options.directory = folder;
  options.environment = std::move(environment);
  return RunProcess(argv, options);
}

// The embedded service and a daemon, over TCP and over a socket, must answer
// with the same bytes, on standard output and in files.
TEST(ProcessTest, SameBytesEmbeddedOverTcpAndOverUnixSocket) {
  const TemporaryFolder sockets;
  Daemon daemon({"--listen", "127.0.0.1:0", "--listen", "unix:" + sockets.File("s")});
  ASSERT_EQ(daemon.addresses.size(), 2u);
  EXPECT_EQ(daemon.addresses[1], "unix:" + sockets.File("s"));
  for (const char* line :
       {"-s 4 -b 8", "-s 4 -b 8 --format json", "-s 6 -b 12 -f 0.8 1 1.2 1 0.9 1.1 -o x.json",
        "-s 3 -b 7 --schedule eager_1f1b --p2p-time 0.25 -o x.order",
        "-s 64 -b 512 --format json --view full",  // a stream of several messages
        "-s 2 -b 2 --activation-bytes 100 --memory-limit 150 --format json",
        "render -s 16 -b 64 --schedule gpipe -o x.png", "render -s 4 -b 8 --arrows -o x.svg",
        "render -s 8 -b 8 --chunks-per-rank 2 --schedule zbv --critical-path -o x.pdf",
        "render -s 4 -b 8 --compare 1f1b zbv dualpipe --title <b>&</b> -o x.html",
        "render -s 64 -b 512 --theme dark -o x.txt", "render -s 4 -b 8 --draw", "schedules",
        "-s 0 -b -1", "-s 2 -b 2 -f 1 2 3"}) {
    SCOPED_TRACE(line);
    const TemporaryFolder embedded;
    const ProcessResult expected = RunCli(line, embedded.path());
    for (const std::string& address : daemon.addresses) {
      const TemporaryFolder folder;
      const ProcessResult result = RunCli(absl::StrCat(line, " --server ", address), folder.path());
      EXPECT_EQ(result.exit_code, expected.exit_code) << result.err;
      EXPECT_EQ(result.out, expected.out);
      EXPECT_EQ(result.err, expected.err);
      ASSERT_EQ(folder.List(), embedded.List());
      for (const std::string& file : folder.List()) {
        EXPECT_EQ(folder.Read(file), embedded.Read(file)) << file;
      }
    }
  }
}

TEST(ProcessTest, ServerFromTheEnvironment) {
  Daemon daemon({"--listen", "127.0.0.1:0"});
  const TemporaryFolder folder;
  EXPECT_EQ(RunCli("health", folder.path(), {{"PIPESCHED_SERVER", daemon.addresses[0]}}).exit_code,
            0);
}

TEST(ProcessTest, SigtermDrainsAndExitsZero) {
  const TemporaryFolder folder;
  const std::string socket = folder.File("s");
  Daemon daemon({"--listen", "unix:" + socket});
  const client::Client client(client::MakeChannel("unix:" + socket));
  EXPECT_THAT(client.GetServerInfo(), IsOk());
  daemon.process.Signal(SIGTERM);
  const ProcessResult result = daemon.process.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("signal 15, stopping"));
  EXPECT_TRUE(folder.List().empty());  // The socket is gone.
}

TEST(ProcessTest, RestartsOverTheSocketOfAKilledDaemon) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  {
    Daemon daemon({"--listen", address});
    daemon.process.Signal(SIGKILL);
    EXPECT_EQ(daemon.process.Wait().exit_code, -1);
  }
  ASSERT_FALSE(folder.List().empty());
  Daemon daemon({"--listen", address});
  EXPECT_THAT(client::Client(client::MakeChannel(address)).GetServerInfo(), IsOk());
}

TEST(ProcessTest, SecondDaemonOnTheSameAddressFails) {
  const TemporaryFolder folder;
  Daemon daemon({"--listen", "127.0.0.1:0", "--listen", "unix:" + folder.File("s")});
  for (const std::string& address : daemon.addresses) {
    const ProcessResult second = RunDaemon({"--listen", address});
    EXPECT_EQ(second.exit_code, address.find("unix:") == 0 ? 75 : 69);
    EXPECT_THAT(second.err, HasSubstr("cannot listen on " + address));
    EXPECT_THAT(second.err, testing::AnyOf(HasSubstr("Address already in use"),
                                           HasSubstr("another process holds its lock")));
    EXPECT_THAT(client::Client(client::MakeChannel(address)).GetServerInfo(), IsOk());
  }
}

TEST(ProcessTest, WrongFlagsExitWithUsage) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--no-such-flag"},
                                             {"--listen", "nowhere"},
                                             {"--workers", "0"},
                                             {"--max-ops", "x"},
                                             {"--listen"}}) {
    const ProcessResult result = RunDaemon(flags);
    EXPECT_EQ(result.exit_code, 64) << flags[0];
    EXPECT_THAT(result.err, StartsWith("pipeschedd: "));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(RunDaemon({"--help"}).exit_code, 0);
  EXPECT_THAT(RunDaemon({"--version"}).out, StartsWith("pipeschedd "));
}

TEST(ProcessTest, LimitsAreFlags) {
  Daemon daemon({"--listen", "127.0.0.1:0", "--max-ops", "100", "--max-pixels", "1000"});
  const TemporaryFolder folder;
  const std::string server = " --server " + daemon.addresses[0];
  const ProcessResult ops = RunCli("-s 4 -b 80 --no-visualization" + server, folder.path());
  EXPECT_EQ(ops.exit_code, 65);
  EXPECT_THAT(ops.err, HasSubstr("want at most 100 ops"));
  const ProcessResult pixels = RunCli("render -s 4 -b 8 -o x.png" + server, folder.path());
  EXPECT_EQ(pixels.exit_code, 65);
  EXPECT_TRUE(folder.List().empty());
}

// Asks grpc.reflection.v1alpha for the services; empty if it is not served.
std::string ReflectedServices(const std::string& address) {
  auto channel = client::MakeChannel(address);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice list_services("\x3a\x00", 2);  // ServerReflectionRequest.list_services = ""
  auto call = stub.PrepareUnaryCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::ByteBuffer(&list_services, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return "";
  grpc::Slice bytes;
  EXPECT_TRUE(reply.DumpToSingleSlice(&bytes).ok());
  return std::string(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
}

TEST(ProcessTest, ReflectionIsAFlag) {
  EXPECT_THAT(ReflectedServices(Daemon({"--listen", "127.0.0.1:0"}).addresses[0]),
              HasSubstr("pipesched.v1.ScheduleService"));
  EXPECT_EQ(
      ReflectedServices(Daemon({"--listen", "127.0.0.1:0", "--reflection=false"}).addresses[0]),
      "");
}

TEST(ProcessTest, SurvivesGarbageOnItsSocket) {
  const TemporaryFolder folder;
  const std::string path = folder.File("s");
  Daemon daemon({"--listen", "unix:" + path});
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100000, '\xff'), std::string(1, '\0')}) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    // The daemon may hang up while we write.
    (void)!send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL);
    close(fd);
  }
  EXPECT_THAT(client::Client(client::MakeChannel("unix:" + path)).GetServerInfo(), IsOk());
  daemon.process.Signal(SIGTERM);
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

// gRPC itself answers what it cannot read (docs/errors.md), and the next call is served.
TEST(ProcessTest, ARequestThatIsNoMessageIsAnsweredByGrpc) {
  Daemon daemon({"--listen", "127.0.0.1:0"});
  grpc::GenericStub stub(client::MakeChannel(daemon.addresses[0]));
  for (const std::string& bytes : {std::string("\xff\xff\xff"), std::string("\x0a\x7f")}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    const auto call = stub.PrepareUnaryCall(
        &context, "/pipesched.v1.ScheduleService/ComputeSchedule", request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
  }
  EXPECT_THAT(client::Client(client::MakeChannel(daemon.addresses[0])).GetServerInfo(), IsOk());
}

TEST(ProcessTest, NoDaemonIsUnavailable) {
  const TemporaryFolder folder;
  const ProcessResult result =
      RunCli("-s 2 -b 2 --timeout 5 --server unix:" + folder.File("none"), folder.path());
  EXPECT_EQ(result.exit_code, 69) << result.err;
  EXPECT_TRUE(folder.List().empty());
}

}  // namespace
}  // namespace pipesched
