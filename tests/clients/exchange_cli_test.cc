// validate and export as their users run them, and the examples of docs/exchange.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/clients/cli_runner.h"

namespace pipesched {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What a shell prints, on both streams.
std::string RunInShell(const CliRunner& cli, const std::string& line) {
  const std::string bin = std::filesystem::path(BuiltProgram("pipesched")).parent_path().string();
  ProcessOptions options = cli.options;
  const ProcessResult result =
      RunProcess({"/bin/sh", "-c", absl::StrCat("PATH=", bin, ":$PATH; ", line, " 2>&1")}, options);
  return result.out;
}

TEST(ExchangeDocsTest, ItsExamplesPrintWhatItSays) {
  const CliRunner cli;
  bool is_console = false;
  int examples = 0;
  std::string command;
  std::string expected;
  const auto run = [&] {
    if (command.empty()) return;
    // "; echo $?" is about the command, not about its redirection.
    std::string line = command;
    const bool tells_code = absl::EndsWith(line, "; echo $?");
    if (tells_code) line = absl::StrCat("{ ", line, "; }");
    EXPECT_EQ(RunInShell(cli, line), expected) << command;
    ++examples;
    command.clear();
    expected.clear();
  };
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(ReadFile(SourceFile("docs/exchange.md")), '\n'))) {
    if (absl::StartsWith(line, "```")) {
      run();
      is_console = line == "```console";
    } else if (is_console && absl::StartsWith(line, "$ ")) {
      run();
      command = std::string(absl::StripPrefix(line, "$ "));
    } else if (is_console) {
      absl::StrAppend(&expected, line, "\n");
    }
  }
  EXPECT_GE(examples, 14);
}

TEST(ExchangeCliTest, FilesOfPyTorchComeBack) {
  const char* folder = std::getenv("PIPESCHED_GOLDEN_DIR");
  if (folder == nullptr) GTEST_SKIP() << "PIPESCHED_GOLDEN_DIR is not set";
  const CliRunner cli;
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat(folder, "/pytorch_csv"))) {
    if (entry.path().extension() != ".csv") continue;
    SCOPED_TRACE(entry.path().string());
    const bool legacy = absl::StrContains(entry.path().string(), "old_BW_names");
    const std::string dialect = legacy ? " --dialect pytorch-legacy" : "";
    cli.folder.Write("in.csv", ReadFile(entry.path().string()));
    const ProcessResult validated = cli.Run(absl::StrCat("validate in.csv", dialect));
    EXPECT_EQ(validated.exit_code, 0) << validated.out << validated.err;
    ASSERT_EQ(cli.Run(absl::StrCat("export in.csv -o out.csv", dialect)).exit_code, 0);
    ASSERT_EQ(cli.Run(absl::StrCat("export out.csv -o again.csv", dialect)).exit_code, 0);
    EXPECT_EQ(cli.folder.Read("again.csv"), cli.folder.Read("out.csv"));
    if (absl::StrContains(entry.path().string(), "comms")) {  // no idle slots
      EXPECT_EQ(cli.folder.Read("out.csv"), cli.folder.Read("in.csv"));
    }
    ++files;
  }
  EXPECT_GE(files, 3);
}

TEST(ExchangeCliTest, OrderDigestSurvivesATripThroughCsv) {
  const CliRunner cli;
  const auto digest = [&](const std::string& line) {
    const std::string out = cli.Run(line).out;
    const size_t at = out.find("\"order_digest\": \"");
    return at == std::string::npos ? out : out.substr(at, 82);
  };
  for (const char* kind : {"1f1b", "zb_h1", "1f1b_overlap"}) {
    const std::string plan = absl::StrCat("-s 4 -b 8 --schedule ", kind);
    ASSERT_EQ(cli.Run(absl::StrCat("export ", plan, " -o x.csv --with-comms")).exit_code, 0);
    EXPECT_EQ(digest("--order x.csv --format json"), digest(absl::StrCat(plan, " --format json")));
  }
}

TEST(ExchangeCliTest, JunitIsXmlWithACaseARule) {
  const CliRunner cli;
  cli.folder.Write("a&b.csv", "0F0,0F0,0B0\n1F0\n");
  const ProcessResult result = cli.Run("validate a&b.csv --junit report.xml --max-bubble-rate 0.5");
  EXPECT_EQ(result.exit_code, 65);
  // As a CI system reads it.
  const ProcessResult read =
      RunProcess({"/usr/bin/env", "python3", "-c",
                  "import xml.etree.ElementTree as e; s = e.parse('report.xml').getroot()[0]\n"
                  "print(s.get('name'), s.get('tests'), s.get('failures'), s.get('skipped'))\n"
                  "print(*[c.get('name') + (':' + c[0].tag if len(c) else '') for c in s])\n"
                  "print(s[2][0].text)"},
                 cli.options);
  EXPECT_EQ(read.out,
            "a&b.csv 9 2 3\n"
            "OUT_OF_RANGE MISSING:failure DUPLICATE:failure STAGE_ON_TWO_RANKS OUT_OF_ORDER "
            "UNMATCHED_TRANSFER:skipped CYCLE DEADLOCK:skipped max-bubble-rate:skipped\n"
            "rank 0 #1 0F0: is at rank 0 #0 already\n")
      << read.err;
}

TEST(ExchangeCliTest, ExitCodesAndMessages) {
  const CliRunner cli;
  cli.folder.Write("ok.csv", "0F0,0B0\n1F0,1B0\n");
  cli.folder.Write("bad.csv", "0F0,0B0\n1F0,,1X0\n");
  cli.folder.Write("binary.csv", "\xff\xfe");
  cli.folder.Write("cycle.csv", "0F0,0B0,0F1,0B1\n1F0,1F1,1B0,1B1\n");
  struct {
    const char* line;
    int exit_code;
    const char* err;
  } const cases[] = {
      {"validate ok.csv", 0, ""},
      {"validate bad.csv", 65, "error: FILE: bad.csv: row 2, column 3: \"1X0\", want"},
      {"--order bad.csv", 65, "error: --order: bad.csv: row 2, column 3: \"1X0\", want"},
      {"validate binary.csv", 65, "FILE: binary.csv: is binary, want order text or PyTorch CSV"},
      {"validate none.csv", 65, "cannot read none.csv"},
      {"validate cycle.csv", 65, ""},
      {"export cycle.csv -o x.csv --lowering safe", 65, "order deadlocks"},
      {"export ok.csv", 64, "--output: export wants a file"},
      {"export ok.csv -o x.png", 64, "export writes no pictures"},
      {"export ok.csv -o x.foo", 64, "unknown ending of \"x.foo\""},
      {"export ok.csv more.csv -o x.csv", 64, "unexpected argument \"more.csv\""},
      {"export ok.csv -o x.csv --lowering late", 64, "--lowering: want eager|safe, got \"late\""},
      {"validate ok.csv --transport tcp", 64, "--transport: want async|per_edge_fifo|"},
      {"validate ok.csv --fsdp-times unshard=x", 64, "--fsdp-times: want unshard=T,"},
      {"validate ok.csv --fsdp-times unshard=1,unshard=2", 64, "--fsdp-times: want unshard=T,"},
      {"--order ok.csv --fsdp-times unshard=-1", 65, "--fsdp-times: unshard=-1: -1, want [0, inf)"},
      {"export ok.csv -o x.csv --repair", 65,
       "error: --repair: the order has no SEND and RECV, want one that has them, or --lowering "
       "safe"},
      {"export ok.csv -o x.csv --repair --lowering safe", 64,
       "--repair: moves SEND and RECV, --lowering puts them in anew, want one of them"},
      {"export -s 4 -b 8 --schedule dualpipe -o x.csv", 65,
       "error: --output: \"x.csv\": the schedule has two replicas of the model"},
      {"export -s 4 -b 8 --schedule zb_h1 -o x.deepspeed", 65,
       "error: --output: \"x.deepspeed\": DeepSpeed's instructions cannot say it: 0I0 is half"},
      {"export ok.csv -o x.order --with-comms", 64,
       "--with-comms: a .order file holds no SEND and RECV, want .csv"},
      {"-s 2 -b 2 --lowering safe", 64,
       "--lowering: a .png file holds no SEND and RECV, want .csv"},
      {"export ok.csv -o x.deepspeed --output-dialect pytorch", 64,
       "--output-dialect: a .deepspeed file has no dialect, want .csv"},
      {"export ok.csv -o x.deepspeed --lowering safe", 0, "wrote x.deepspeed"},
      {"validate ok.csv --max-bubble-rate 27", 64,
       "--max-bubble-rate: want a number from 0 to 1, got \"27\""},
      {"validate ok.csv --max-peak-bytes -1", 64,
       "--max-peak-bytes: want a whole number, 0 or more, got \"-1\""},
      {"validate ok.csv --junit none/report.xml", 73, "none/report.xml"},
      {"validate ok.csv --max-bubble-rate 0.1", 65, "--max-bubble-rate: bubble rate"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    const ProcessResult result = cli.Run(c.line);
    EXPECT_EQ(result.exit_code, c.exit_code) << result.out << result.err;
    EXPECT_THAT(result.err, HasSubstr(c.err));
    if (c.exit_code == 0 && *c.err == '\0') {
      EXPECT_THAT(result.err, IsEmpty());
    }
  }
  EXPECT_EQ(cli.folder.Read("x.csv"), "");
}

TEST(ExchangeCliTest, ReadsStandardInput) {
  CliRunner cli;
  cli.options.input = "0F0,0B0\n1F0,1B0\n";
  EXPECT_EQ(cli.Run("validate - --dialect pytorch").out,
            "SAFE: 2 ranks, 2 stages, 1 microbatch, 4 actions, no transfers\n");
  EXPECT_THAT(cli.Run("validate -").err,
              HasSubstr("; PyTorch CSV wants --dialect, or a name in .csv\n"));
}

}  // namespace
}  // namespace pipesched
