// Pictures by the real program: formats, drawings on standard output, comparisons.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "tests/clients/cli_runner.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(CliPicturesTest, TheEndingIsTheFormat) {
  const CliRunner cli;
  const struct {
    const char* file;
    const char* start;
  } kCases[] = {{"a.png", "\x89PNG\r\n\x1a\n"},
                {"a.svg", "<svg xmlns="},
                {"a.pdf", "%PDF-"},
                {"a.txt", "1f1b, 4 ranks \u00D7 8 microbatches\n"}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.file);
    const ProcessResult result = cli.Run(std::string("render -s 4 -b 8 -o ") + c.file);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(cli.folder.Read(c.file), StartsWith(c.start));
  }
}

// Two ranks of F = 1 and B = 2, by hand: rank 1 begins when F0 is done, B0 of rank 0
// when that of rank 1 is.
TEST(CliPicturesTest, DrawsToStandardOutput) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("render -s 2 -b 2 --draw --ascii --columns 60");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("rank 0  F0###F1###..........B0========.....B1========\n"
                                    "rank 1  .....F0###B0========F1###B1========..........\n"
                                    "        |         |         |         |         |\n"
                                    "        0         2         4         6         8\n"));
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliPicturesTest, ComputeDrawsAboveItsNumbers) {
  const CliRunner cli;
  const ProcessResult result = cli.Run("-s 4 -b 8 --draw");
  EXPECT_THAT(result.out, HasSubstr("rank 3  "));
  EXPECT_GT(result.out.find("makespan                  33"), result.out.find("rank 3  "));
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliPicturesTest, ColoursWhereTheyAreWanted) {
  const CliRunner cli;
  EXPECT_THAT(cli.Run("render -s 4 -b 8 --draw --color always").out, HasSubstr("\x1b["));
  EXPECT_THAT(cli.Run("render -s 4 -b 8 --draw").out, Not(HasSubstr("\x1b[")));
}

// What a program writes to a terminal of 72 columns, read while it runs.
std::string DrawnOnATerminal(CliRunner& cli, int terminal, const std::string& line) {
  cli.options.stdout_path = ptsname(terminal);
  std::string drawn;
  std::atomic<bool> over = false;
  std::thread reader([&] {
    pollfd readable = {terminal, POLLIN, 0};
    char bytes[4096];
    // What was written before the program ended can be read after it.
    for (bool last = false; !last;) {
      last = over;
      while (poll(&readable, 1, 10) > 0 && (readable.revents & POLLIN) != 0) {
        const ssize_t count = read(terminal, bytes, sizeof(bytes));
        if (count <= 0) break;
        drawn.append(bytes, static_cast<size_t>(count));
      }
    }
  });
  const ProcessResult result = cli.Run(line);
  over = true;
  reader.join();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return absl::StrReplaceAll(drawn, {{"\r\n", "\n"}});
}

TEST(CliPicturesTest, ATerminalGetsItsWidthAndItsColours) {
  const int terminal = OpenTerminal();
  if (terminal < 0) GTEST_SKIP();
  // Held open, since a terminal that nobody has open forgets its size.
  CliRunner cli;
  const int held = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(held, 0);
  const winsize size = {.ws_row = 24, .ws_col = 72, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(ioctl(terminal, TIOCSWINSZ, &size), 0);
  cli.options.environment["TERM"] = "xterm-256color";
  cli.options.environment["LC_ALL"] = "C.UTF-8";
  cli.options.environment["NO_COLOR"] = "";
  const std::string line = "render -s 64 -b 512 --draw";
  const std::string coloured = DrawnOnATerminal(cli, terminal, line);
  EXPECT_THAT(coloured, HasSubstr(";48;5;"));  // a background of 256 colours

  cli.options.environment["NO_COLOR"] = "1";
  const std::string plain = DrawnOnATerminal(cli, terminal, line);
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(plain, HasSubstr("\u2588"));  // blocks

  cli.options.environment["LC_ALL"] = "C";
  const std::string ascii = DrawnOnATerminal(cli, terminal, line);
  close(held);
  close(terminal);
  size_t longest = 0;
  for (const absl::string_view text : absl::StrSplit(ascii, '\n')) {
    longest = std::max(longest, text.size());
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), absl::ascii_isprint)) << text;
  }
  EXPECT_LE(longest, 72u);
  EXPECT_GT(longest, 64u);  // A large schedule takes what there is.
  // The same without a terminal, but for its width.
  cli.options.stdout_path.clear();
  EXPECT_EQ(cli.Run("render -s 64 -b 512 --draw --columns 72").out, ascii);
}

TEST(CliPicturesTest, FitsTheColumns) {
  const CliRunner cli;
  for (const char* line : {"-s 4 -b 8 --columns 40", "-s 64 -b 512 --columns 80",
                           "-s 4 -b 8 --critical-path --columns 57"}) {
    SCOPED_TRACE(line);
    const ProcessResult result = cli.Run(std::string("render --draw --ascii ") + line);
    const size_t most = std::stoul(std::string(line).substr(std::string(line).rfind(' ')));
    for (const absl::string_view text : absl::StrSplit(result.out, '\n')) {
      EXPECT_LE(text.size(), most) << text;
    }
  }
}

TEST(CliPicturesTest, ComparesSchedulesOfOnePipeline) {
  const CliRunner cli;
  const ProcessResult result =
      cli.Run("render -s 4 -b 8 --compare 1f1b zb_h1 zbv dualpipe --draw --columns 120");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  // 33 and 27 are closed forms; zbv's 6M + P - 1 = 51 is of halves.
  for (const char* text :
       {"zbv", "makespan 25.5 time units", "dualpipe", "of the first", "81.82 %"}) {
    EXPECT_THAT(result.out, HasSubstr(text));
  }
  EXPECT_EQ(cli.Run("render -s 4 -b 8 --compare 1f1b --compare zb_h1 zbv --compare=dualpipe --draw "
                    "--columns 120")
                .out,
            result.out);
  EXPECT_EQ(cli.Run("render -s 4 -b 8 --compare 1f1b gpipe").exit_code, 0);
  EXPECT_THAT(cli.folder.List(), ElementsAre("pipeline_comparison.png"));
}

TEST(CliPicturesTest, DrawsTheKindsOfTheTable) {
  const CliRunner cli;
  const ProcessResult result =
      cli.Run("compare -s 4 -b 8 --chunks-per-rank 1,2,4 --title kinds --columns 120 -o kinds.txt");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  // interleaved_1f1b, its overlap, interleaved_zb, looped_bfs and wave are there with V = 4 too.
  EXPECT_THAT(result.err, HasSubstr("note: the picture is without 5 lines of the table"));
  EXPECT_THAT(cli.folder.List(), ElementsAre("kinds.txt"));
  const std::string picture = cli.folder.Read("kinds.txt");
  // Closed forms: zb_h1 27, 1f1b 33, and zbv 6M + P - 1 = 51 halves. In the table's order.
  size_t at = 0;
  for (const char* text : {"kinds", "zbv", "zb_h1", "1f1b"}) {
    SCOPED_TRACE(text);
    ASSERT_THAT(picture.substr(at), HasSubstr(text));
    at = picture.find(text, at);
  }
  EXPECT_THAT(picture, HasSubstr("25.5"));
  EXPECT_THAT(result.out, HasSubstr("interleaved_zb"));

  const ProcessResult html = cli.Run("compare -s 4 -b 8 --output-format html -o -");
  EXPECT_EQ(html.exit_code, 0);
  EXPECT_THAT(html.out, EndsWith("</html>\n"));
  EXPECT_THAT(html.out, HasSubstr("dualpipe_v"));
  EXPECT_THAT(html.err, HasSubstr("longest rank span"));  // the table
}

TEST(CliPicturesTest, RefusesAComparisonThatIsNoPicture) {
  const CliRunner cli;
  const ProcessResult order = cli.Run("compare -s 4 -b 8 -o a.order");
  EXPECT_EQ(order.exit_code, 64);
  EXPECT_THAT(order.err, StartsWith("error: --output: compare writes pictures and JSON, want "));
  const ProcessResult none =
      cli.Run("compare -s 4 -b 8 --activation-bytes 9 --memory-limit 1 --fit-memory -o a.png");
  EXPECT_EQ(none.exit_code, 65);
  EXPECT_THAT(none.err, StartsWith("error: --output: no kind "));
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

TEST(CliPicturesTest, NamesTheFlagThatIsWrong) {
  const CliRunner cli;
  const struct {
    const char* line;
    int exit_code;
    const char* error;
  } kCases[] = {
      {"--time-range 5", 64, "error: --time-range: want START:END, two times, got \"5\"\n"},
      {"--time-range 5:2", 65, "error: --time-range: \"5:2\", want above start_time, 5\n"},
      {"--time-range=-1:2", 65, "error: --time-range: \"-1:2\", want [0, inf)\n"},
      {"--time-range 33:", 65,
       "error: --time-range: \"33:\", want below the end of the schedule, 33\n"},
      {"--ranks 3-1", 64, "error: --ranks: want FIRST-LAST, two ranks, got \"3-1\"\n"},
      {"--ranks 2-4", 65, "error: --ranks: \"2-4\", want [0, 3]\n"},
      {"--width 10", 65, "error: --width: 10, want 0 or [320, 32767]\n"},
      {"--height -1", 65, "error: --height: -1, want [0, 32767]\n"},
      {"--scale 100", 65, "error: --scale: 100, want 0 or [0.1, 8]\n"},
      {"--columns 10", 65, "error: --columns: 10, want 0 or [40, 10000]\n"},
      {"--theme blue", 64, "error: --theme: want light|dark, got \"blue\"\n"},
      {"--compare zbv", 64,
       "error: --compare: one kind, want two or more, or one and --schedule\n"},
      {"--compare 1f1b pipedream", 65, "error: --compare[1]: pipedream, want one of gpipe, "},
      {"--schedule zb_h1 --compare pipedream", 65, "error: --compare: pipedream, want one of "},
      {"--compare 1f1b custom", 65, "error: --compare[1]: custom"},
      {"--compare 1f1b gpipe --ranks 0-1", 65, "error: --ranks: "},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.line);
    const ProcessResult result = cli.Run(std::string("render -s 4 -b 8 ") + c.line);
    EXPECT_EQ(result.exit_code, c.exit_code);
    EXPECT_THAT(result.err, StartsWith(c.error));
    EXPECT_THAT(result.err, EndsWith("\n"));
  }
  EXPECT_THAT(cli.folder.List(), IsEmpty());
}

}  // namespace
}  // namespace pipesched
