#include "engine/exchange/pytorch_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/exchange/program.h"
#include "engine/exchange/validate.h"
#include "engine/model/order_text.h"
#include "engine/order/given_order.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr CsvDialect kNow = CsvDialect::kPyTorch;
constexpr CsvDialect kLegacy = CsvDialect::kPyTorchLegacy;

std::string Again(absl::string_view text, CsvDialect from, CsvDialect to) {
  const absl::StatusOr<Program> program = ReadPyTorchCsv(text, from);
  return program.ok() ? FormatPyTorchCsv(*program, to) : std::string(program.status().message());
}

TEST(PyTorchCsvTest, EveryTokenComesBack) {
  constexpr char kText[] =
      "0UNSHARD,0F0,0SEND_F0,0RECV_B0,0I0,0W0,0RESHARD,0REDUCE_GRAD,0UNSHARD3\n"
      "1RECV_F0,1F0,1B0,1SEND_B0,(1F2;3B1)OVERLAP_F_B\n"
      "\n"
      "16777215F1073741823\n";
  EXPECT_EQ(Again(kText, kNow, kNow), kText);
}

TEST(PyTorchCsvTest, DialectsNameTheBackwards) {
  EXPECT_EQ(Again("0F0,0BW0,0B1,0W1,(0F2;1BW0)OVERLAP_F_B\n", kLegacy, kNow),
            "0F0,0B0,0I1,0W1,(0F2;1B0)OVERLAP_F_B\n");
  EXPECT_EQ(Again("0F0,0B0,0I1,0W1,(0F2;1B0)OVERLAP_F_B\n", kNow, kLegacy),
            "0F0,0BW0,0B1,0W1,(0F2;1BW0)OVERLAP_F_B\n");
}

TEST(PyTorchCsvTest, NormalisesIdleSlotsAndLineEnds) {
  EXPECT_EQ(Again(",0F0,,0B0,\r\n,\r\n1F0", kNow, kNow), "0F0,0B0\n\n1F0\n");
  EXPECT_EQ(Again("", kNow, kNow), "");
}

TEST(PyTorchCsvTest, RefusesCellsThatDoNotMatchWhole) {
  for (const char* cell : {"2BW0",
                           "2B",
                           "F0",
                           "2F",
                           "2F-1",
                           "2F+1",
                           "02F0",
                           "2F01",
                           " 2F0",
                           "2F0 ",
                           "2f0",
                           "2X0",
                           "2SEND0",
                           "2SEND_F",
                           "2F16777216x",
                           "16777216F0",
                           "2F1073741824",
                           "99999999999999999999F0",
                           "2UNSHARDx",
                           "2BF0",
                           "2_F0",
                           "\"2F0\"",
                           "2F0;2B0",
                           "(2F0;2B1)",
                           "(2F0,2B1)OVERLAP_F_B",
                           "(2F0;2B1)OVERLAP_F_Bx",
                           "(2B0;2F1)OVERLAP_F_B",
                           "(2F0;2I1)OVERLAP_F_B",
                           "(2F0)OVERLAP_F_B",
                           "(;)OVERLAP_F_B",
                           "(2F0;2B1;2B2)OVERLAP_F_B",
                           "((2F0;2B1)OVERLAP_F_B",
                           "2NONE0",
                           "\xff"}) {
    SCOPED_TRACE(cell);
    const std::string text = absl::StrCat("0F0,0B0\n1F0,,", cell, ",1B0\n");
    const auto result = ReadPyTorchCsv(text, kNow);
    ASSERT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument,
                                 AllOf(HasSubstr("row 2, column 3: \""),
                                       HasSubstr("want [stage][F|B|I|W|SEND_F"))));
  }
  EXPECT_THAT(ReadPyTorchCsv("\xef\xbb\xbf"
                             "0F0\n",
                             kNow),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"\\xef\\xbb\\xbf")));
  EXPECT_THAT(
      ReadPyTorchCsv("0I0\n", kLegacy),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("(it is of the dialect pytorch)")));
  EXPECT_THAT(ReadPyTorchCsv("0BW0\n", kNow),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("(it is of the dialect pytorch-legacy)")));
  EXPECT_THAT(ReadPyTorchCsv(std::string(1000, 'x'), kNow),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("xxx...\", want")));
}

TEST(PyTorchCsvTest, KeepsItsLimits) {
  EXPECT_THAT(ReadPyTorchCsv("\n\n\n", kNow, {.max_rows = 3}), IsOk());
  EXPECT_THAT(
      ReadPyTorchCsv("\n\n\n\n", kNow, {.max_rows = 3}),
      StatusIs(absl::StatusCode::kInvalidArgument, "row 4: want at most 3 rows, one a rank"));
  EXPECT_THAT(ReadPyTorchCsv(",,\n,", kNow, {.max_cells = 5}), IsOk());
  EXPECT_THAT(
      ReadPyTorchCsv(",,\n,,", kNow, {.max_cells = 5}),
      StatusIs(absl::StatusCode::kInvalidArgument, "row 2, column 3: want at most 5 cells in all"));
}

TEST(PyTorchCsvTest, OrdersOfEveryKindComeBack) {
  int compared = 0;
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int ranks : {1, 2, 4}) {
      for (const int chunks : {1, 2, 4}) {
        Pipeline pipeline = UniformPipeline(ranks * chunks, 8, 2, 4);
        pipeline.shape = {ranks, chunks, 8};
        if (!kind->check(pipeline.shape, {}).empty()) continue;
        SCOPED_TRACE(std::string(kind->name));
        const Order order = MakeOrder(kind->name, pipeline);
        const std::string text = FormatPyTorchCsv(ToProgram(order), kNow);
        const absl::StatusOr<Program> read = ReadPyTorchCsv(text, kNow);
        ASSERT_THAT(read, IsOk());
        EXPECT_EQ(OrderOf(*read), order);
        // The forms differ in their separators alone.
        EXPECT_EQ(absl::StrReplaceAll(text, {{",", " "}, {"OVERLAP_F_B", ""}}), FormatOrder(order));
        const std::string legacy = FormatPyTorchCsv(*read, kLegacy);
        EXPECT_EQ(*ReadPyTorchCsv(legacy, kLegacy), *read);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 40);
}

TEST(PyTorchCsvTest, RandomProgramsComeBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    Program program;
    for (int r = static_cast<int>(random() % 5); r > 0; --r) {
      for (int n = static_cast<int>(random() % 3000); n > 0; --n) {
        const auto kind = static_cast<ActionKind>(random() % kNumActionKinds);
        const int stage = static_cast<int>(random() >> (random() % 24 + 8));
        const bool none = IsFsdp(kind) && random() % 2 == 0;
        const int microbatch =
            none ? Action::kNoMicrobatch : static_cast<int>(random() >> (random() % 30 + 2));
        if (random() % 9 != 0) {
          program.actions.push_back({kind, stage, microbatch});
          continue;
        }
        program.actions.push_back({ActionKind::kForward, stage, 3, true});
        program.actions.push_back({ActionKind::kBackward, stage, 4, true});
      }
      program.EndRank();
    }
    const absl::StatusOr<Program> read = ReadPyTorchCsv(FormatPyTorchCsv(program, kNow), kNow);
    ASSERT_THAT(read, IsOk());
    ASSERT_EQ(*read, program);
  }
}

// PyTorch's own fixtures, which are not in this repository.
TEST(PyTorchCsvTest, FilesOfPyTorchAreSafeAndComeBack) {
  const char* folder = std::getenv("PIPESCHED_GOLDEN_DIR");
  if (folder == nullptr) GTEST_SKIP() << "PIPESCHED_GOLDEN_DIR is not set";
  int read = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(folder) + "/pytorch_csv")) {
    if (entry.path().extension() != ".csv") continue;
    SCOPED_TRACE(entry.path().string());
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const bool legacy = entry.path().string().find("old_BW_names") != std::string::npos;
    const CsvDialect dialect = legacy ? kLegacy : kNow;
    const absl::StatusOr<Program> program = ReadPyTorchCsv(text.str(), dialect);
    ASSERT_THAT(program, IsOk());
    // Without idle slots: the empty cells.
    std::string expected = absl::StrCat("\n", text.str());
    for (std::string before; before != expected;) {
      before = expected;
      expected = absl::StrReplaceAll(expected, {{",,", ","}, {"\n,", "\n"}, {",\n", "\n"}});
    }
    EXPECT_EQ(absl::StrCat("\n", FormatPyTorchCsv(*program, dialect)), expected);
    const OrderSizes sizes = SizesOf(OrderOf(*program));
    const auto validation = Validate(PlacementByFirstUse(*program, sizes.num_stages),
                                     sizes.num_microbatches, *program, Transport::kPerPairFifo);
    ASSERT_THAT(validation, IsOk());
    for (const Finding& finding : validation->findings) ADD_FAILURE() << finding.message;
    ++read;
  }
  EXPECT_GE(read, 3);
}

}  // namespace
}  // namespace pipesched
