#include "clients/cli/report.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "clients/cli/environment.h"
#include "clients/cli/interrupt.h"
#include "tests/support/process.h"

namespace pipesched::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ReportTest, EveryCodeHasItsExitCode) {
  constexpr struct {
    absl::StatusCode code;
    int exit_code;
  } kCases[] = {
      {absl::StatusCode::kOk, 0},
      {absl::StatusCode::kInvalidArgument, 65},
      {absl::StatusCode::kFailedPrecondition, 65},
      {absl::StatusCode::kOutOfRange, 65},
      {absl::StatusCode::kNotFound, 65},
      {absl::StatusCode::kUnavailable, 69},
      {absl::StatusCode::kUnimplemented, 69},
      {absl::StatusCode::kDeadlineExceeded, 75},
      {absl::StatusCode::kResourceExhausted, 75},
      {absl::StatusCode::kPermissionDenied, 77},
      {absl::StatusCode::kUnauthenticated, 77},
      {absl::StatusCode::kInternal, 70},
      {absl::StatusCode::kUnknown, 70},
      {absl::StatusCode::kDataLoss, 70},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(static_cast<int>(ExitCodeOf(c.code)), c.exit_code)
        << absl::StatusCodeToString(c.code);
  }
}

Failure MakeFailure() {
  Failure failure;
  failure.exit_code = ExitCode::kRefused;
  failure.code = "INVALID_ARGUMENT";
  failure.reason = "INVALID_REQUEST";
  failure.message = "first\nsecond \"line\"";
  return failure;
}

TEST(ReportTest, PrintsALineForEachViolation) {
  Failure failure = MakeFailure();
  EXPECT_EQ(FormatFailure(failure, /*color=*/false), "error: first\nerror: second \"line\"\n");
  failure.violations = {{"a.b", "--x", "0, want 1"}, {"a.c", "f: y", "2, want 3"}};
  failure.num_unlisted = 5;
  EXPECT_EQ(FormatFailure(failure, /*color=*/false),
            "error: --x: 0, want 1\nerror: f: y: 2, want 3\nerror: and 5 more\n");
}

TEST(ReportTest, SaysWhenToTryAgain) {
  Failure failure = MakeFailure();
  failure.message = "busy";
  failure.retry_delay = absl::Milliseconds(1500);
  EXPECT_EQ(FormatFailure(failure, /*color=*/false), "error: busy\nerror: try again in 1.5s\n");
  EXPECT_EQ(YAML::Load(FormatFailureAsJson(failure))["error"]["retry_delay_seconds"].as<double>(),
            1.5);
}

TEST(ReportTest, NamesTheTimeThatIsOver) {
  Settings settings;
  const absl::Status status = absl::DeadlineExceededError("Deadline Exceeded");
  const Failure failure = CallFailure(status, settings);
  EXPECT_EQ(failure.reason, "DEADLINE_EXCEEDED");
  EXPECT_EQ(failure.message, "no answer within 30 s, the value of --timeout");
  settings.Set(FlagId::kTimeout, {"--timeout", {"0.5"}});
  EXPECT_THAT(CallFailure(status, settings).message, HasSubstr("within 0.5 s"));
}

TEST(ReportTest, WritesOneLineOfJson) {
  Failure failure = MakeFailure();
  failure.violations = {{"a.b", "--x", "0, want 1"}};
  failure.metadata = {{"key", "value"}};
  EXPECT_EQ(FormatFailureAsJson(failure),
            "{\"error\": {\"code\": \"INVALID_ARGUMENT\", \"reason\": \"INVALID_REQUEST\", "
            "\"message\": \"first\\u000asecond \\\"line\\\"\", \"violations\": "
            "[{\"field\": \"a.b\", \"flag\": \"--x\", \"description\": \"0, want 1\"}], "
            "\"metadata\": {\"key\": \"value\"}, \"exit_code\": 65}}\n");
}

TEST(ReportTest, ColorsTheLabel) {
  EXPECT_EQ(FormatRemark("note", "x", /*color=*/false), "note: x\n");
  EXPECT_EQ(FormatRemark("note", "x", /*color=*/true), "\033[1;33mnote:\033[0m x\n");
  EXPECT_THAT(FormatFailure(MakeFailure(), /*color=*/true), HasSubstr("\033[1;31merror:\033[0m "));
}

TEST(EnvironmentTest, WarnsOfNamesThatNothingReads) {
  const char* const environment[] = {"PATH=/bin",
                                     "PIPESCHED_SERVER=a",
                                     "PIPESCHED_SERVE=b",
                                     "PIPESCHED_PORT=tcp://10.0.0.1:50551",
                                     "PIPESCHED_PORT_50551_TCP_ADDR=10.0.0.1",
                                     "PIPESCHED_SERVICE_HOST=10.0.0.1",
                                     "PIPESCHED_NUM_STAGES=4",
                                     nullptr};
  EXPECT_THAT(WarnOfUnknownVariables(environment),
              ElementsAre("unknown environment variable PIPESCHED_SERVE; did you mean "
                          "PIPESCHED_SERVER?",
                          "unknown environment variable PIPESCHED_NUM_STAGES"));
}

TEST(EnvironmentTest, ColorsATerminalOnly) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const int terminal = OpenTerminal();
  if (terminal < 0) GTEST_SKIP();
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_TRUE(UseColor("auto", terminal));
  EXPECT_FALSE(UseColor("never", terminal));
  EXPECT_FALSE(UseColor("auto", pipe_ends[1]));
  EXPECT_TRUE(UseColor("always", pipe_ends[1]));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(UseColor("auto", terminal));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(UseColor("auto", terminal));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(UseColor("auto", terminal));
  close(terminal);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(InterruptDeathTest, TheSecondCtrlCEndsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        signal(SIGINT, SIG_DFL);
        client::Cancellation cancellation;
        cancellation.Cancel();
        FileWriter files;
        const InterruptHandler handler(&cancellation, &files);
        kill(getpid(), SIGINT);
        pause();
      },
      testing::ExitedWithCode(130), "");
}

TEST(InterruptDeathTest, SigtermEndsTheProgramAsItAlwaysDoes) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        signal(SIGTERM, SIG_DFL);
        client::Cancellation cancellation;
        FileWriter files;
        const InterruptHandler handler(&cancellation, &files);
        kill(getpid(), SIGTERM);
        pause();
      },
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace pipesched::cli
