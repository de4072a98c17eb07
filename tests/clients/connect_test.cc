#include "pipesched/client/connect.h"

#include <gmock/gmock.h>
#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched::client {
namespace {

using testing::HasSubstr;

// Keeps what callers sent along.
class FakeService final : public v1::ScheduleService::Service {
 public:
  std::map<std::string, std::string> metadata;

 private:
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest*,
                             v1::GetServerInfoResponse*) override {
    metadata.clear();
    for (const auto& [key, value] : context->client_metadata()) {
      metadata[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
    }
    return grpc::Status::OK;
  }
};

// A server of mTLS for the name pipesched.test.
class ConnectTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { grpc_init(); }  // Never undone: see client_test.cc.

  ConnectTest() {
    // Signs itself: it is authority, server and client at once.
    RunOpenssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pipesched.test "
        "-addext subjectAltName=DNS:pipesched.test -keyout key.pem -out cert.pem");
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = folder_.Read("cert.pem");
    options.pem_key_cert_pairs.push_back({folder_.Read("key.pem"), folder_.Read("cert.pem")});
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
    builder.AddListeningPort(Socket(), grpc::InsecureServerCredentials());
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }
  ~ConnectTest() override { server_->Shutdown(); }

  void RunOpenssl(const std::string& arguments) const {
    std::vector<std::string> argv = absl::StrSplit(arguments, ' ');
    argv.insert(argv.begin(), "/usr/bin/openssl");
    ProcessOptions options;
    options.directory = folder_.path();
    const ProcessResult result = RunProcess(argv, options);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  std::string Socket() const { return absl::StrCat("unix:", folder_.File("s")); }

  Tls MakeTls() const {
    return {.ca_file = folder_.File("cert.pem"),
            .cert_file = folder_.File("cert.pem"),
            .key_file = folder_.File("key.pem"),
            .server_name = "pipesched.test"};
  }

  TemporaryFolder folder_;
  FakeService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

absl::Status Call(const ConnectOptions& options) {
  const auto client = Connect(options);
  if (!client.ok()) return client.status();
  return (*client)->GetServerInfo().status();
}

TEST_F(ConnectTest, MutualTlsWithAToken) {
  int calls = 0;
  const auto client = Connect({.target = address_, .tls = MakeTls(), .token = [&] {
                                 return absl::StrCat("token", ++calls);
                               }});
  ASSERT_THAT(client, IsOk());
  for (const char* expected : {"Bearer token1", "Bearer token2"}) {
    ASSERT_THAT((*client)->GetServerInfo(), IsOk());
    EXPECT_EQ(service_.metadata["authorization"], expected);
  }
  EXPECT_THAT(service_.metadata["user-agent"],
              testing::ContainsRegex("^pipesched-cpp/[0-9]+\\.[0-9]+\\.[0-9]+ "));
}

TEST_F(ConnectTest, WithoutACertificateOrForAnotherNameItIsRefused) {
  Tls tls = MakeTls();
  tls.cert_file = tls.key_file = "";
  EXPECT_THAT(Call({.target = address_, .tls = tls}),
              StatusIs(absl::StatusCode::kUnavailable, testing::_));
  tls = MakeTls();
  tls.server_name = "other.test";
  EXPECT_THAT(Call({.target = address_, .tls = tls}),
              StatusIs(absl::StatusCode::kUnavailable, testing::_));
}

TEST_F(ConnectTest, ATokenGoesOverAUnixSocket) {
  EXPECT_THAT(Call({.target = Socket(), .token = [] { return "secret"; }}), IsOk());
  EXPECT_EQ(service_.metadata["authorization"], "Bearer secret");
}

// pipeschedd wants a certificate of its callers only where it is told to.
TEST_F(ConnectTest, ARealDaemonWithTlsAndAToken) {
  folder_.Write("tokens", "secret-of-the-test\n");
  for (const bool mutual : {false, true}) {
    SCOPED_TRACE(mutual);
    std::vector<std::string> flags = {"--listen",     "127.0.0.1:0",
                                      "--listen",     absl::StrCat("unix:", folder_.File("daemon")),
                                      "--tls-cert",   folder_.File("cert.pem"),
                                      "--tls-key",    folder_.File("key.pem"),
                                      "--token-file", folder_.File("tokens")};
    Tls tls = MakeTls();
    if (mutual) {
      flags.insert(flags.end(), {"--tls-client-ca", folder_.File("cert.pem")});
    } else {
      tls.cert_file = tls.key_file = "";
    }
    const Daemon daemon(flags);
    ASSERT_EQ(daemon.addresses.size(), 2U);
    for (const bool is_tcp : {true, false}) {
      SCOPED_TRACE(is_tcp);
      const auto call = [&](const std::string& token) {
        ConnectOptions options = {.target = daemon.addresses[is_tcp ? 0 : 1],
                                  .token = [token] { return token; }};
        if (is_tcp) options.tls = tls;
        return Call(options);
      };
      EXPECT_THAT(call("secret-of-the-test"), IsOk());
      EXPECT_THAT(call("another-secret"), StatusIs(absl::StatusCode::kUnauthenticated, testing::_));
    }
  }
}

TEST_F(ConnectTest, TheEnvironmentNamesTheTarget) {
  setenv("PIPESCHED_SERVER", Socket().c_str(), 1);
  EXPECT_THAT(Call({}), IsOk());
  unsetenv("PIPESCHED_SERVER");
}

TEST_F(ConnectTest, OptionsThatContradictEachOther) {
  EXPECT_THAT(Call({.target = "host:1", .token = [] { return "secret"; }}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("token: needs tls")));
  Tls tls = MakeTls();
  tls.key_file = "";
  EXPECT_THAT(Call({.target = address_, .tls = tls}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("go together")));
  tls = MakeTls();
  tls.ca_file = folder_.File("none");
  EXPECT_THAT(Call({.target = address_, .tls = tls}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none: cannot be read")));
}

}  // namespace
}  // namespace pipesched::client
