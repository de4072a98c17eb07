// What the real program does when something is wrong: the message, the exit code,
// and no file left behind.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "absl/strings/str_cat.h"
#include "tests/clients/cli_runner.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CliErrorsTest, EachErrorHasItsMessageAndExitCode) {
  constexpr struct {
    const char* line;
    int exit_code;
    const char* err;  // all of it
  } kCases[] = {
      {"--bogus", 64, "error: unknown flag \"--bogus\"\n"},
      {"--num-stage 4", 64, "error: unknown flag \"--num-stage\"; did you mean --num-stages?\n"},
      {"rendr", 64, "error: unknown command \"rendr\"; did you mean render?\n"},
      {"-s", 64, "error: --num-stages: needs a value\n"},
      {"-s four", 64, "error: --num-stages: want a whole number, got \"four\"\n"},
      {"-s four -b eight", 64,
       "error: --num-stages: want a whole number, got \"four\"\n"
       "error: --num-batches: want a whole number, got \"eight\"\n"},
      {"-s 4 -b 8 -o a.gif", 64,
       "error: --output: unknown ending of \"a.gif\", want one of .png .svg .pdf .html .txt .json "
       ".order .csv .trace.json .megatron.json .deepspeed\n"},
      {"-s 4 -b 8 -o -", 64, "error: --output: - needs --output-format\n"},
      {"", 65,
       "error: --num-stages: not given, want [1, 262144]\n"
       "error: --num-batches: not given, want [1, 1048576]\n"},
      {"-s 0 -b -1", 65,
       "error: --num-stages: 0, want [1, 262144]\n"
       "error: --num-batches: -1, want [1, 1048576]\n"},
      {"-s 99999999999999999999 -b 8", 65,
       "error: --num-stages: 99999999999999999999, want [1, 262144]\n"},
      {"-s 4 -b 8 -f 0", 65, "error: --forward-times: 0, want (0, inf)\n"},
      {"-s 2 -b 8 -f 1 -1.5 -bw nan inf", 65,
       "error: --backward-times[0]: nan, want [0, inf)\n"
       "error: --forward-times[1]: -1.5, want (0, inf)\n"
       "error: --backward-times[1]: inf, want [0, inf)\n"},
      {"-s 4 -b 8 -f 1 2 3 -bw 1 2", 65,
       "error: --forward-times: 3 values, want 1 or 4\n"
       "error: --backward-times: 2 values, want 1 or 4\n"},
      {"-s 3 -b 8 -f -1 -bw 1 2 3", 65, "error: --forward-times: -1, want (0, inf)\n"},
      {"-s 4 -b 8 --schedule pipedream", 65,
       "error: --schedule: \"pipedream\", want one of gpipe, 1f1b, eager_1f1b, 1f1b_overlap, "
       "zb_h1, "
       "zb_h2, interleaved_1f1b, interleaved_1f1b_overlap, looped_bfs, interleaved_zb, zbv, "
       "v_half, "
       "v_min, v_1f1b, dualpipe, dualpipe_v, chimera, wave, custom\n"},
      {"-s 3 -b 7 --schedule dualpipe", 65,
       "error: --num-stages: 3: dualpipe needs an even number of ranks; nearest 2, 4\n"
       "error: --num-batches: 7: dualpipe needs an even M >= 6; nearest 6, 8\n"},
      {"--schedule custom", 65,
       "error: --order: not given, want the order of the custom schedule\n"},
      {"--order none.order", 65, "error: cannot read none.order: No such file or directory\n"},
      {"-s 4 -b 8 --activation-bytes -1", 65,
       "error: --activation-bytes: -1, want [0, 2^63 - 1]\n"},
      {"-s 4 -b 8 --memory-limit 99999999999999999999", 65,
       "error: --memory-limit: 99999999999999999999, want [0, 2^63 - 1]\n"},
      {"-s 4 -b 8 -f 1e308 -bw 1e308", 65,
       "error: --forward-times, --backward-times: times whose sum over all ops is not finite, want "
       "smaller times\n"},
      {"health --service x", 65, "error: unknown service \"x\"\n"},
      {"render -s 0 -b 8", 65, "error: --num-stages: 0, want [1, 262144]\n"},
      {"-c none.yaml", 78, "error: cannot read none.yaml: No such file or directory\n"},
      {"-c .", 78, "error: cannot read .: Is a directory\n"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    const CliRunner cli;
    const ProcessResult result = cli.Run(c.line);
    EXPECT_EQ(result.exit_code, c.exit_code);
    EXPECT_EQ(result.err, c.err);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(cli.folder.List(), IsEmpty());
  }
}

TEST(CliErrorsTest, SaysWhatIsWrongWithAnOrderFile) {
  constexpr struct {
    const char* text;
    const char* err;
  } kCases[] = {
      {"0B0 0F0\n1F0 1B0\n",
       "error: order deadlocks: rank 0 at 0B0 waits for 1B0; rank 1 at 1F0 waits for 0F0\n"},
      {"0F0 0B0 0B0\n", "error: --order: x.order: rank 0 #2 0B0: runs twice\n"},
      {"\xff\xfe", "error: --order: x.order: is binary, want order text or PyTorch CSV\n"},
      {"", "error: --order: x.order: no op, want an order\n"},
      {"0F0 \x1b[2J\n",
       "error: --order: x.order: line 1, column 5: \"\\x1b[2J\" is not an op, want "
       "[stage][F|B|I|W][microbatch] or (pair), one space between ops, a line feed after each "
       "rank\n"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.err);
    CliRunner cli;
    cli.folder.Write("x.order", c.text);
    const ProcessResult result = cli.Run("--order x.order");
    EXPECT_EQ(result.exit_code, 65);
    EXPECT_EQ(result.err, c.err);
    EXPECT_THAT(cli.folder.List(), ElementsAre("x.order"));
  }
}

TEST(CliErrorsTest, SizesOfAFileThatAreAboveALimitAreNamed) {
  CliRunner cli;
  cli.folder.Write("x.csv", "0F1048600,0B1048600\n");
  const ProcessResult result = cli.Run("--order x.csv");
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_EQ(result.err, "error: --num-batches: 1048601 in x.csv, want [1, 1048576]\n");
}

TEST(CliErrorsTest, ABadConfigIsToldWithItsPlace) {
  const CliRunner cli;
  cli.folder.Write("c.yaml", "num_stage: 4\nnum_batches: \"8\"\n");
  const ProcessResult bad = cli.Run("-c c.yaml");
  EXPECT_EQ(bad.exit_code, 78);
  EXPECT_EQ(bad.err,
            "error: c.yaml:1:1: unknown key \"num_stage\"; did you mean num_stages?\n"
            "error: c.yaml:2:14: num_batches: want a whole number, got the text \"8\"\n");
  cli.folder.Write("c.bin", absl::string_view("\x7f"
                                              "ELF\0\0",
                                              6));
  const ProcessResult binary = cli.Run("-c c.bin");
  EXPECT_EQ(binary.exit_code, 78);
  EXPECT_EQ(binary.err, "error: c.bin: is binary, want JSON or YAML text\n");
}

TEST(CliErrorsTest, AValueOfTheConfigIsNamedByItsKey) {
  const CliRunner cli;
  cli.folder.Write("c.json", "{\"num_stages\": 0, \"forward_times\": [1, -2]}");
  const ProcessResult result = cli.Run("-c c.json -s 2 -b 0");
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_EQ(result.err,
            "error: --num-batches: 0, want [1, 1048576]\n"
            "error: c.json: forward_times[1]: -2, want (0, inf)\n");
}

TEST(CliErrorsTest, JsonErrorsAreOneObject) {
  const CliRunner cli;
  const ProcessResult refused = cli.Run("-s 0 -b 8 --format json");
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_EQ(refused.out, "");
  const YAML::Node error = YAML::Load(refused.err)["error"];
  EXPECT_EQ(error["code"].as<std::string>(), "INVALID_ARGUMENT");
  EXPECT_EQ(error["reason"].as<std::string>(), "INVALID_REQUEST");
  EXPECT_EQ(error["exit_code"].as<int>(), 65);
  const YAML::Node violation = error["violations"][0];
  EXPECT_EQ(violation["field"].as<std::string>(), "pipeline.num_stages");
  EXPECT_EQ(violation["flag"].as<std::string>(), "--num-stages");
  EXPECT_EQ(violation["description"].as<std::string>(), "0, want [1, 262144]");

  const YAML::Node usage = YAML::Load(cli.Run("--bogus --format json").err)["error"];
  EXPECT_EQ(usage["reason"].as<std::string>(), "INVALID_COMMAND_LINE");
  EXPECT_EQ(usage["exit_code"].as<int>(), 64);
  const YAML::Node limit = YAML::Load(cli.Run("-s 4 -b 9999999 --format json").err)["error"];
  EXPECT_EQ(limit["reason"].as<std::string>(), "LIMIT_EXCEEDED");
}

TEST(CliErrorsTest, WhatCannotBeWrittenIsNamed) {
  CliRunner cli;
  const ProcessResult missing = cli.Run("-s 2 -b 2 -o none/a.png");
  EXPECT_EQ(missing.exit_code, 73);
  EXPECT_EQ(missing.err, "error: cannot write none/a.png: No such file or directory\n");
  EXPECT_EQ(missing.out, "");
  const ProcessResult folder = cli.Run("-s 2 -b 2 --output-format json -o .");
  EXPECT_EQ(folder.exit_code, 73);
  EXPECT_EQ(folder.err, "error: cannot write .: Is a directory\n");
  cli.options.stdout_path = "/dev/full";
  const ProcessResult full = cli.Run("-s 2 -b 2 --no-visualization");
  EXPECT_EQ(full.exit_code, 73);
  EXPECT_EQ(full.err, "error: cannot write standard output: No space left on device\n");
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliErrorsTest, AnOldFileSurvivesAnError) {
  const CliRunner cli;
  cli.folder.Write("a.png", "old");
  EXPECT_EQ(cli.Run("-s 2 -b 0 -o a.png").exit_code, 65);
  EXPECT_EQ(cli.folder.Read("a.png"), "old");
  EXPECT_THAT(cli.folder.List(), ElementsAre("a.png"));
}

TEST(CliErrorsTest, NoDaemonIsUnavailable) {
  CliRunner cli;
  const std::string address = absl::StrCat("unix:", cli.folder.File("none"));
  for (const char* command : {"compute -s 2 -b 2", "health", "version", "schedules"}) {
    SCOPED_TRACE(command);
    const ProcessResult result = cli.Run(absl::StrCat(command, " --server ", address));
    EXPECT_EQ(result.exit_code, 69);
    EXPECT_THAT(result.err, HasSubstr(absl::StrCat("error: ", address, ": ")));
  }
  cli.options.environment["PIPESCHED_SERVER"] = address;
  EXPECT_EQ(cli.Run("-s 2 -b 2").exit_code, 69);
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

// A port where somebody listens and nobody answers.
class SilentServer {
 public:
  SilentServer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_, any, size) | listen(fd_, 8) | getsockname(fd_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(fd_); }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Waits for a client; it stays connected.
  void Accept() const { EXPECT_GE(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), 0); }

 private:
  int fd_;
  int port_ = 0;
};

TEST(CliErrorsTest, TooLateIsTryLater) {
  const SilentServer server;
  const CliRunner cli;
  const ProcessResult result =
      cli.Run(absl::StrCat("-s 2 -b 2 --timeout 0.1 --server ", server.address()));
  EXPECT_EQ(result.exit_code, 75) << result.err;
  EXPECT_EQ(result.err, absl::StrCat("error: ", server.address(),
                                     ": no answer within 0.1 s, the value of --timeout\n"));
}

TEST(CliErrorsTest, CtrlCCancelsTheCall) {
  const SilentServer server;
  const CliRunner cli;
  Process process({BuiltProgram("pipesched"), "-s", "2", "-b", "2", "--server", server.address()},
                  cli.options);
  server.Accept();
  process.Signal(SIGINT);
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err, "error: interrupted\n");
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

}  // namespace
}  // namespace pipesched
