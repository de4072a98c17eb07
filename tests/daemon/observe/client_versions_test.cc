#include "daemon/observe/client_versions.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"

namespace pipesched {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SkewOfTest, ComparesMajorAndMinor) {
  const auto skew = [](const char* client) {
    return SkewOf(absl::StrCat("pipesched-go/", client, " grpc-go/1.75.1"), "2.5.1");
  };
  for (const char* client : {"2.4.0", "2.5.0", "2.5.1", "2.5.9"}) {
    EXPECT_EQ(skew(client), VersionSkew::kNone) << client;
  }
  for (const char* client : {"2.6.0", "2.10.0", "3.0.0"}) {
    EXPECT_EQ(skew(client), VersionSkew::kNewer) << client;
  }
  for (const char* client : {"2.3.9", "1.9.0", "0.1.0"}) {
    EXPECT_EQ(skew(client), VersionSkew::kOlder) << client;
  }
}

TEST(SkewOfTest, OthersAreNotCompared) {
  for (const char* agent : {"", "grpc-go/9.0.0", "pipesched-go", "pipesched-go/", "pipesched-go/9",
                            "pipesched-go/9.0", "pipesched-go/9.0.x", "pipesched-go/9.0.-1",
                            "pipesched-go/9.0.0.0", "pipesched-go/99999999999.0.0"}) {
    EXPECT_EQ(SkewOf(agent, "2.5.1"), VersionSkew::kNone) << agent;
  }
  EXPECT_EQ(SkewOf(absl::StrCat("pipesched-", std::string(1000, 'x'), "/9.0.0"), "2.5.1"),
            VersionSkew::kNone);
}

void Call(const std::string& address, const std::string& agent) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(agent);
  const auto stub = v1::ScheduleService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(stub->GetServerInfo(&context, {}, &response).ok());
}

TEST(ClientVersionsTest, ADaemonWarnsOnceAVersion) {
  Daemon daemon({"--listen", "127.0.0.1:0", "--log-format", "text", "--access-log", "off"});
  for (const char* agent : {"pipesched-go/0.1.0", "pipesched-go/900.0.0", "pipesched-go/900.0.0",
                            "pipesched-go/900.1.0"}) {
    Call(daemon.addresses[0], agent);
  }
  daemon.process.Signal(SIGTERM);
  const std::string log = daemon.process.Wait().err;
  for (const char* client : {"client=pipesched-go/900.0.0", "client=pipesched-go/900.1.0"}) {
    const size_t found = log.find(client);
    ASSERT_NE(found, log.npos) << log;
    EXPECT_EQ(log.find(client, found + 1), log.npos) << log;
  }
  EXPECT_THAT(log, HasSubstr("warning client is newer than this server"));
  EXPECT_THAT(log, Not(HasSubstr("pipesched-go/0.1.0")));
}

}  // namespace
}  // namespace pipesched
