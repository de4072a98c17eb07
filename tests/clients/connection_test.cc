// How pipesched reaches a server: flags, variables and profiles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/profile.h"
#include "tests/clients/cli_runner.h"
#include "tests/daemon/daemon_process.h"
#include "tests/support/certificates.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(ProfileTest, ReadsOneByItsName) {
  constexpr char kText[] =
      "default: {server: 'unix:/s'}\n"
      "far: {server: 'far:1', timeout: 2.5, tls: true, token_file: /t}\n";
  const auto far = ParseProfile(kText, "p", "far");
  ASSERT_THAT(far, IsOk());
  EXPECT_EQ(far->Text(FlagId::kServer), "far:1");
  EXPECT_EQ(far->Text(FlagId::kTimeout), "2.5");
  EXPECT_TRUE(far->IsOn(FlagId::kTls));
  EXPECT_EQ(far->Origin(FlagId::kTokenFile), "p: far: token_file");
  const auto by_default = ParseProfile(kText, "p", "");
  ASSERT_THAT(by_default, IsOk());
  EXPECT_EQ(by_default->Text(FlagId::kServer), "unix:/s");
  EXPECT_THAT(ParseProfile("near: {}", "p", ""), IsOk());
}

TEST(ProfileTest, SaysAllThatIsWrongAtOnce) {
  constexpr char kText[] =
      "a: {serve: x, timeout: -1}\n"
      "b: 7\n"
      "c: {num_stages: 4, server: [x], tls_ca: f, tls_ca: g}\n";
  EXPECT_THAT(
      ParseProfile(kText, "p", "a"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("p:1:5: unknown key \"serve\"; did you mean server?"),
                     HasSubstr("p:1:24: timeout: want a number of seconds above 0, got \"-1\""),
                     HasSubstr("p:2:1: b: want a map, got \"7\""),
                     HasSubstr("p:3:5: unknown key \"num_stages\""),
                     HasSubstr("p:3:20: server: want a value, got a list"),
                     HasSubstr("tls_ca: is there twice"))));
  EXPECT_THAT(ParseProfile("cluster: {}", "p", "clustr"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "p: has no profile \"clustr\"; did you mean cluster?"));
}

// A daemon that wants mutual TLS and a token, and the files that get a client in.
class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    const KeyPair server = authority_.Issue("DNS:plans.example");
    const KeyPair client = authority_.Issue("DNS:trainer.example");
    const std::string ca = files_.Write("ca.pem", authority_.certificate());
    files_.Write("client.pem", client.certificate);
    files_.Write("client.key", client.key);
    const std::string token = files_.Write("token", "a-token-of-a-test-0123456789\n");
    daemon_.emplace(std::vector<std::string>{"--listen", "127.0.0.1:0", "--tls-cert",
                                             files_.Write("s.pem", server.certificate), "--tls-key",
                                             files_.Write("s.key", server.key), "--tls-client-ca",
                                             ca, "--token-file", token});
    address_ = daemon_->addresses[0];
  }

  std::string File(const std::string& name) const { return files_.File(name); }

  // Everything that it takes, as flags.
  std::string AllFlags() const {
    return absl::StrCat(" --server ", address_, " --tls-ca ", File("ca.pem"), " --tls-cert ",
                        File("client.pem"), " --tls-key ", File("client.key"),
                        " --tls-server-name plans.example --token-file ", File("token"));
  }

  // A profile "test" with the same.
  void WriteProfile() {
    const std::string folder = files_.File("config");
    mkdir(folder.c_str(), 0700);
    mkdir((folder + "/pipesched").c_str(), 0700);
    files_.Write(
        "config/pipesched/profiles.yaml",
        absl::StrCat("test:\n  server: \"", address_, "\"\n  tls_ca: ", File("ca.pem"),
                     "\n  tls_cert: ", File("client.pem"), "\n  tls_key: ", File("client.key"),
                     "\n  tls_server_name: plans.example\n  token_file: ", File("token"), "\n"));
    cli_.options.environment["XDG_CONFIG_HOME"] = folder;
  }

  static constexpr char kPlan[] = "-s 4 -b 8 --no-visualization";

  CliRunner cli_;
  const TemporaryFolder files_;
  const CertificateAuthority authority_;
  std::optional<Daemon> daemon_;
  std::string address_;
};

TEST_F(ConnectionTest, FlagsVariablesAndProfilesReachAGuardedServer) {
  const std::string expected = cli_.Run(kPlan).out;
  EXPECT_THAT(expected, HasSubstr("33"));
  const ProcessResult by_flags = cli_.Run(kPlan + AllFlags());
  EXPECT_EQ(by_flags.exit_code, 0) << by_flags.err;
  EXPECT_EQ(by_flags.out, expected);

  WriteProfile();
  const ProcessResult by_profile = cli_.Run(absl::StrCat(kPlan, " --profile test"));
  EXPECT_EQ(by_profile.exit_code, 0) << by_profile.err;
  EXPECT_EQ(by_profile.out, expected);

  auto& environment = cli_.options.environment;
  environment["XDG_CONFIG_HOME"] = "/nonexistent";
  environment["PIPESCHED_SERVER"] = address_;
  environment["PIPESCHED_TLS_CA"] = File("ca.pem");
  environment["PIPESCHED_TLS_CERT"] = File("client.pem");
  environment["PIPESCHED_TLS_KEY"] = File("client.key");
  environment["PIPESCHED_TLS_SERVER_NAME"] = "plans.example";
  environment["PIPESCHED_TOKEN_FILE"] = File("token");
  const ProcessResult by_variables = cli_.Run(kPlan);
  EXPECT_EQ(by_variables.exit_code, 0) << by_variables.err;
  EXPECT_EQ(by_variables.err, "");
  EXPECT_EQ(by_variables.out, expected);
}

TEST_F(ConnectionTest, AFlagWinsOverAVariableAndThatOverAProfile) {
  WriteProfile();
  cli_.options.environment["PIPESCHED_TIMEOUT"] = "7";
  const ProcessResult result =
      cli_.Run(absl::StrCat(kPlan, " --profile test -vv --connect-timeout 20"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("timeout = 7 (PIPESCHED_TIMEOUT)"));
  EXPECT_THAT(result.err, HasSubstr("connect-timeout = 20 (--connect-timeout)"));
  EXPECT_THAT(result.err, HasSubstr("profiles.yaml: test: server)"));
  EXPECT_THAT(result.err, ContainsRegex("asked 127.0.0.1:[0-9]+, request id [0-9a-f]{16}: "));
  // The token's file is named, the token is not.
  EXPECT_THAT(result.err, testing::Not(HasSubstr("a-token-of-a-test")));
  cli_.options.environment["PIPESCHED_SERVER"] = "unix:/nonexistent";
  const ProcessResult other = cli_.Run(absl::StrCat(kPlan, " --profile test"));
  EXPECT_EQ(other.exit_code, 69) << other.err;
}

TEST_F(ConnectionTest, WithoutWhatTheServerWantsItIsRefused) {
  const std::string tls = absl::StrCat(" --server ", address_, " --tls-ca ", File("ca.pem"),
                                       " --tls-server-name plans.example --timeout 10");
  const std::string mutual =
      absl::StrCat(tls, " --tls-cert ", File("client.pem"), " --tls-key ", File("client.key"));
  EXPECT_EQ(cli_.Run(kPlan + mutual).exit_code, 77);  // no token
  EXPECT_EQ(cli_.Run(absl::StrCat(kPlan, tls, " --connect-timeout 1")).exit_code, 69);
  const std::string other = files_.Write("other", "another-token-0123456789\n");
  EXPECT_EQ(cli_.Run(absl::StrCat(kPlan, mutual, " --token-file ", other)).exit_code, 77);
}

TEST_F(ConnectionTest, TheRequestIdIsInTheServersLog) {
  const ProcessResult result = cli_.Run(
      absl::StrCat(kPlan, AllFlags(), " --request-id step-17 --metadata x-team=pipelines a=b"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(daemon_->process.WaitForStderrLine("request_id=step-17"), "");
}

TEST(ConnectionFlagsTest, SayWhatIsWrong) {
  const TemporaryFolder files;
  CliRunner cli;
  const struct {
    std::string line;
    int exit_code;
    const char* message;
  } cases[] = {
      {"--metadata team", 64, "--metadata: want key=value with a key in lower case, got \"team\""},
      {"--metadata Team=a", 64, "want key=value"},
      {"--metadata grpc-x=a", 64, "want key=value"},
      {"--metadata authorization=x", 64, "want --token-file"},
      {"--request-id a/b", 64, "--request-id: want 1 to 64 of the letters"},
      {"--connect-timeout 0", 64, "--connect-timeout: want a number of seconds above 0"},
      {"--server h:1 --tls-cert c", 64, "cert_file and key_file go together"},
      {"--server h:1 --token-file " + files.Write("t", "x\n"), 64, "needs tls"},
      {"--server h:1 --tls --token-file " + files.File("none"), 78, "holds no token"},
      {"--server h:1 --tls-ca " + files.File("none"), 78, "cannot be read"},
      {"--profile x", 78, "profiles.yaml"},
      {"--server 127.0.0.1:1 --connect-timeout 0.2", 69, "no connection within 200ms"},
  };
  for (const auto& c : cases) {
    const ProcessResult result = cli.Run("-s 4 -b 8 --no-visualization " + c.line);
    EXPECT_EQ(result.exit_code, c.exit_code) << c.line << "\n" << result.err;
    EXPECT_THAT(result.err, HasSubstr(c.message)) << c.line;
  }
  cli.options.environment = {{"PIPESCHED_TIMEOUT", "soon"}, {"PIPESCHED_TLS", "yes"}};
  const ProcessResult result = cli.Run("-s 4 -b 8 --no-visualization");
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, HasSubstr("PIPESCHED_TIMEOUT: want a number of seconds above 0"));
  EXPECT_THAT(result.err, HasSubstr("PIPESCHED_TLS: want true or false, got \"yes\""));
}

}  // namespace
}  // namespace pipesched::cli
