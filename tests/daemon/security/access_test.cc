// Who may listen and who may call: a real pipeschedd.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/support/certificates.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

constexpr char kToken[] = "a-token-of-the-test";

// Asks for the server's information; `bearer`: the token to show, or "".
grpc::Status Ask(const std::shared_ptr<grpc::Channel>& channel, const std::string& bearer = "") {
  const auto stub = v1::ScheduleService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  if (!bearer.empty()) context.AddMetadata("authorization", "Bearer " + bearer);
  v1::GetServerInfoResponse response;
  return stub->GetServerInfo(&context, {}, &response);
}

std::string ReasonOf(const grpc::Status& status) {
  return client::GetErrorDetails(client::FromGrpcStatus(status)).reason;
}

TEST(PublicBindTest, IsRefusedWithoutTls) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0"}) {
    const ProcessResult result = RunDaemon({"--listen", address});
    EXPECT_EQ(result.exit_code, 78) << address;
    EXPECT_THAT(result.err, HasSubstr(absl::StrCat(address, " is no loopback address")));
  }
  EXPECT_EQ(RunDaemon({"--listen", "unix-abstract:0"}).exit_code, 64);
}

TEST(PublicBindTest, IsAWarningAndAMetricWhereItIsAllowed) {
  Daemon daemon(
      {"--listen", "0.0.0.0:0", "--insecure-allow-public-bind", "--admin-listen", "127.0.0.1:0"});
  std::string err;
  EXPECT_TRUE(daemon.process.WaitForStderr("warning listening without TLS", &err)) << err;
  EXPECT_THAT(HttpGet(daemon.admin, "/metrics").body,
              HasSubstr("\npipesched_insecure_public_bind 1"));
  EXPECT_THAT(err, HasSubstr("reflection=false"));  // only among friends
}

TEST(UnixSocketTest, HasItsPermissions) {
  const TemporaryFolder folder;
  const std::string path = folder.File("s");
  const auto mode_with = [&](std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--listen", "unix:" + path});
    const Daemon daemon(flags);
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  };
  EXPECT_EQ(mode_with({}), 0660u);
  EXPECT_EQ(mode_with({"--socket-mode", "0600"}), 0600u);
  EXPECT_EQ(mode_with({"--socket-mode", "0666"}), 0666u);
}

TEST(UnixSocketTest, AdmitsOnlyUsersThatAreAllowed) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  {
    Daemon daemon({"--listen", address, "--allow-uid", absl::StrCat(getuid())});
    EXPECT_TRUE(Ask(client::MakeChannel(address)).ok());
    std::string err;
    EXPECT_TRUE(daemon.process.WaitForStderr("method=GetServerInfo", &err));
    EXPECT_THAT(err, HasSubstr(absl::StrCat("peer=unix:uid=", getuid())));
  }
  Daemon daemon({"--listen", address, "--allow-uid", absl::StrCat(getuid() + 1)});
  EXPECT_EQ(Ask(client::MakeChannel(address)).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(daemon.process.WaitForStderrLine("connection refused"), "");
}

TEST(UnixSocketTest, CannotBeMadeHasItsExitCodes) {
  const TemporaryFolder folder;
  const ProcessResult no_folder = RunDaemon({"--listen", "unix:" + folder.File("no/s")});
  EXPECT_EQ(no_folder.exit_code, 73);
  EXPECT_THAT(no_folder.err, HasSubstr("cannot make"));
  const ProcessResult file = RunDaemon({"--listen", "unix:" + folder.Write("file", "precious")});
  EXPECT_EQ(file.exit_code, 73);
  EXPECT_THAT(file.err, HasSubstr("a file that is no socket is there"));
  EXPECT_EQ(folder.Read("file"), "precious");
}

TEST(TokenTest, CallsNeedOneAndHealthDoesNot) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.File("s");
  Daemon daemon(
      {"--listen", address, "--token-file", folder.Write("t", std::string(kToken) + "\n")});
  const auto channel = client::MakeChannel(address);
  const grpc::Status without = Ask(channel);
  EXPECT_EQ(without.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(without), "UNAUTHENTICATED");
  EXPECT_EQ(Ask(channel, "another-token-of-the-test").error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Ask(channel, kToken).ok());
  EXPECT_THAT(client::Client(channel).CheckHealth(""), IsOk());
  // Neither tokens nor what was shown for one are in the log.
  std::string err;
  daemon.process.Signal(SIGTERM);
  err = daemon.process.Wait().err;
  EXPECT_THAT(err, testing::Not(HasSubstr("token-of-the-test")));
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    folder_.Write("ca.pem", authority_.certificate());
    Rotate(authority_.Issue("DNS:localhost,IP:127.0.0.1"));
  }

  void Rotate(const KeyPair& pair) {
    folder_.Write("cert.pem", pair.certificate);
    folder_.Write("key.pem", pair.key);
  }

  std::vector<std::string> Flags(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--listen", "127.0.0.1:0", "--tls-cert", folder_.File("cert.pem"),
                             "--tls-key", folder_.File("key.pem")});
    return more;
  }

  // A new connection each time.
  std::shared_ptr<grpc::Channel> Connect(const Daemon& daemon, const std::string& roots,
                                         const KeyPair& pair = {}) {
    grpc::SslCredentialsOptions options{roots, pair.key, pair.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetInt("connection", ++connections_);
    return grpc::CreateCustomChannel(daemon.addresses[0], grpc::SslCredentials(options), arguments);
  }

  const TemporaryFolder folder_;
  const CertificateAuthority authority_;
  std::atomic<int> connections_ = 0;
};

TEST_F(TlsTest, AnswersOverTlsAndNothingElse) {
  Daemon daemon(Flags());
  const grpc::Status status = Ask(Connect(daemon, authority_.certificate()));
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(Ask(client::MakeChannel(daemon.addresses[0])).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  const CertificateAuthority other;
  EXPECT_EQ(Ask(Connect(daemon, other.certificate())).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, MutualTlsWantsACertificateOfItsAuthority) {
  Daemon daemon(Flags({"--tls-client-ca", folder_.File("ca.pem")}));
  const std::string roots = authority_.certificate();
  EXPECT_TRUE(Ask(Connect(daemon, roots, authority_.Issue("DNS:client"))).ok());
  EXPECT_FALSE(Ask(Connect(daemon, roots)).ok());
  const CertificateAuthority other;
  EXPECT_FALSE(Ask(Connect(daemon, roots, other.Issue("DNS:client"))).ok());
}

TEST_F(TlsTest, OnlyAllowedNamesMayCall) {
  Daemon daemon(Flags({"--tls-client-ca", folder_.File("ca.pem"), "--allow-san", "trainer",
                       "--allow-san", "spiffe://cluster/planner"}));
  const std::string roots = authority_.certificate();
  EXPECT_TRUE(Ask(Connect(daemon, roots, authority_.Issue("DNS:other,DNS:trainer"))).ok());
  EXPECT_TRUE(Ask(Connect(daemon, roots, authority_.Issue("URI:spiffe://cluster/planner"))).ok());
  const grpc::Status refused = Ask(Connect(daemon, roots, authority_.Issue("DNS:other")));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(refused), "PEER_NOT_ALLOWED");
}

// A client whose certificate is revoked is refused on new connections at once, and before
// long on the one that it has. A list that is wrong changes nothing.
TEST_F(TlsTest, RevokedCertificatesAreRefused) {
  const TemporaryFolder lists;
  lists.Write("list.pem", authority_.Revoke({}));
  Daemon daemon(Flags({"--tls-client-ca", folder_.File("ca.pem"), "--tls-crl-dir", lists.path()}));
  const std::string roots = authority_.certificate();
  const KeyPair good = authority_.Issue("DNS:trainer");
  const KeyPair stolen = authority_.Issue("DNS:trainer");
  const auto old_connection = Connect(daemon, roots, stolen);
  EXPECT_TRUE(Ask(old_connection).ok());
  lists.Write("list.pem", authority_.Revoke({stolen.certificate}));
  const grpc::Status refused = Ask(Connect(daemon, roots, stolen));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(refused.error_message(), "the client's certificate was revoked");
  EXPECT_EQ(ReasonOf(refused), "PEER_NOT_ALLOWED");
  EXPECT_EQ(Ask(old_connection).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Ask(Connect(daemon, roots, good)).ok());
  lists.Write("list.pem", "half a li");
  EXPECT_NE(daemon.process.WaitForStderrLine("list.pem: holds no certificate revocation list"), "");
  EXPECT_EQ(Ask(Connect(daemon, roots, stolen)).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Ask(Connect(daemon, roots, good)).ok());
  lists.Write("list.pem", authority_.Revoke({}, -absl::Hours(1)));
  EXPECT_NE(daemon.process.WaitForStderrLine("a certificate revocation list is past its next"), "");
  EXPECT_TRUE(Ask(Connect(daemon, roots, stolen)).ok());
}

// A rotation that stops half-way leaves the old pair in use; when it is whole, new
// connections get the new one.
TEST_F(TlsTest, ARotationTakesEffectWhenItIsWhole) {
  Daemon daemon(Flags());
  const std::string old_roots = authority_.certificate();
  EXPECT_TRUE(Ask(Connect(daemon, old_roots)).ok());
  const CertificateAuthority new_authority;
  const KeyPair new_pair = new_authority.Issue("DNS:localhost,IP:127.0.0.1");
  folder_.Write("cert.pem", new_pair.certificate);
  EXPECT_TRUE(Ask(Connect(daemon, old_roots)).ok());
  EXPECT_NE(daemon.process.WaitForStderrLine("TLS files are wrong"), "");
  folder_.Write("key.pem", new_pair.key);
  EXPECT_TRUE(Ask(Connect(daemon, new_authority.certificate())).ok());
  EXPECT_FALSE(Ask(Connect(daemon, old_roots)).ok());
}

// Files that are replaced while clients come, one of the two first, cost nobody a call.
TEST_F(TlsTest, RotationsUnderLoadCostNoCall) {
  Daemon daemon(Flags());
  const std::string roots = authority_.certificate();
  std::atomic<bool> done = false;
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!done) {
        const grpc::Status status = Ask(Connect(daemon, roots));
        EXPECT_TRUE(status.ok()) << status.error_message();
        ++answered;
      }
    });
  }
  for (int rotation = 0; rotation < 10; ++rotation) {
    const KeyPair pair = authority_.Issue("DNS:localhost,IP:127.0.0.1");
    const int before = answered;
    rotation % 2 == 0 ? folder_.Write("cert.pem", pair.certificate)
                      : folder_.Write("key.pem", pair.key);
    while (answered < before + 8) std::this_thread::yield();
    Rotate(pair);
    while (answered < before + 16) std::this_thread::yield();
  }
  done = true;
  for (std::thread& caller : callers) caller.join();
}

TEST_F(TlsTest, WrongFilesAreToldAtTheStart) {
  folder_.Write("key.pem", authority_.Issue("DNS:localhost").key);
  const ProcessResult mismatch = RunDaemon(Flags());
  EXPECT_EQ(mismatch.exit_code, 78);
  EXPECT_THAT(mismatch.err, HasSubstr("key.pem: is not the key of"));
  const ProcessResult alone =
      RunDaemon({"--tls-cert", folder_.File("cert.pem"), "--allow-san", "x", "--allow-uid", "1"});
  EXPECT_EQ(alone.exit_code, 78);
  EXPECT_THAT(alone.err, HasSubstr("--tls-cert: needs --tls-key, too"));
  EXPECT_THAT(alone.err, HasSubstr("--allow-san: needs --tls-client-ca, too"));
  EXPECT_THAT(alone.err, HasSubstr("--allow-uid: needs a unix: address"));
  const ProcessResult missing =
      RunDaemon({"--tls-cert", "/no/cert", "--tls-key", "/no/key", "--tls-client-ca", "/no/ca",
                 "--token-file", "/no/token"});
  EXPECT_EQ(missing.exit_code, 78);
  for (const char* problem :
       {"--tls-cert: cannot read /no/cert", "--tls-key: cannot read /no/key",
        "--tls-client-ca: cannot read /no/ca", "--token-file: cannot read /no/token"}) {
    EXPECT_THAT(missing.err, HasSubstr(problem));
  }
  Rotate(authority_.Issue("DNS:localhost"));
  const ProcessResult no_lists = RunDaemon(
      Flags({"--tls-client-ca", folder_.File("ca.pem"), "--tls-crl-dir", folder_.File("none")}));
  EXPECT_EQ(no_lists.exit_code, 78);
  EXPECT_THAT(no_lists.err, HasSubstr("none: is no folder with certificate revocation lists"));
}

TEST_F(TlsTest, TheEndOfTheCertificateIsAWarningAndAMetric) {
  Rotate(authority_.Issue("DNS:localhost,IP:127.0.0.1", absl::Hours(50)));
  Daemon daemon(Flags({"--admin-listen", "127.0.0.1:0"}));
  EXPECT_NE(daemon.process.WaitForStderrLine("the TLS certificate expires soon days=2"), "");
  EXPECT_THAT(HttpGet(daemon.admin, "/metrics").body,
              HasSubstr("\npipesched_tls_certificate_expiry_timestamp_seconds 1"));
}

}  // namespace
}  // namespace pipesched
