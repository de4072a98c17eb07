#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/nearest.h"
#include "clients/cli/numbers.h"
#include "clients/cli/summary.h"

namespace pipesched::cli {
namespace {

TEST(NumbersTest, ParsesNumbers) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr struct {
    const char* text;
    double value;
  } kCases[] = {
      {"1", 1},      {"-1.5", -1.5},  {"+2", 2},         {".5", 0.5},     {"1.", 1},
      {"1e3", 1000}, {"1E-3", 1e-3},  {"inf", kInf},     {"-INF", -kInf}, {"Infinity", kInf},
      {"0", 0},      {"1e999", kInf}, {"-1e999", -kInf},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseNumber(c.text), c.value) << c.text;
  EXPECT_TRUE(std::isnan(*ParseNumber("NaN")));
  EXPECT_GT(*ParseNumber("1e-999"), 0) << "never 0";
  for (const char* text : {"", "-", "--1", "+-1", "1x", " 1", "1 ", "0x1p3", "1_0", "e5", "nan(x)",
                           ".", "1,2", "infinit"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(NumbersTest, ParsesWholeNumbers) {
  EXPECT_EQ(ParseInteger("42"), 42);
  EXPECT_EQ(ParseInteger("-7"), -7);
  EXPECT_EQ(ParseInteger("+7"), 7);
  EXPECT_EQ(ParseInteger("010"), 10);
  EXPECT_EQ(ParseInteger("9223372036854775808"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ParseInteger("-99999999999999999999"), std::numeric_limits<int64_t>::min());
  for (const char* text : {"", "-", "1.0", "1e3", " 1", "0x1", "--1", "1 "}) {
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
  }
  EXPECT_EQ(ToInt32(int64_t{1} << 40), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(ToInt32(-(int64_t{1} << 40)), std::numeric_limits<int32_t>::min());
}

TEST(NumbersTest, PrintsNumbersWithoutNoise) {
  EXPECT_EQ(FormatNumber(33), "33");
  EXPECT_EQ(FormatNumber(55.800000000000004), "55.8");
  EXPECT_EQ(FormatNumber(-0.0), "0");
  EXPECT_EQ(FormatNumber(1234567.25), "1234567.25");
  EXPECT_EQ(FormatNumber(90000000042), "90000000042");
  EXPECT_EQ(FormatNumber(1e16), "1e+16");
  EXPECT_EQ(FormatNumber(1e-12), "1e-12");
  EXPECT_EQ(FormatPercent(9.0 / 33), "27.27 %");
  EXPECT_EQ(FormatPercent(0.375), "37.50 %");
}

TEST(TextTest, KnowsUtf8) {
  for (const char* text : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  // A lone byte, a cut, an overlong form, a surrogate, above U+10FFFF.
  for (const char* text : {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(TextTest, QuotesForPeopleAndForJson) {
  EXPECT_EQ(Quote("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
  EXPECT_EQ(Quote(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
  EXPECT_EQ(JsonQuote("a\"\\\n\x01\xc3\xa9"), "\"a\\\"\\\\\\u000a\\u0001\xc3\xa9\"");
  EXPECT_EQ(JsonQuote("\xff"), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(JsonQuote("<\x7f>"), "\"\\u003c\\u007f\\u003e\"");
}

TEST(TextTest, AlignsTables) {
  EXPECT_EQ(FormatTable({{"a", "bb", "1"}, {"\xc3\xa9\xc3\xa9\xc3\xa9", "b", "22"}}, 2),
            "a    bb   1\n"
            "\xc3\xa9\xc3\xa9\xc3\xa9  b   22\n");
}

TEST(NearestTest, NamesWhatIsNear) {
  EXPECT_EQ(DidYouMean("num_stage", {"num_batches", "num_stages"}), "; did you mean num_stages?");
  EXPECT_EQ(DidYouMean("red", {"num_batches"}), "");
  EXPECT_EQ(DidYouMean("--forward", {"--format", "--forward-times"}),
            "; did you mean --forward-times?");
  EXPECT_EQ(DidYouMean("chunks", {"schedule", "chunks_per_rank"}),
            "; did you mean chunks_per_rank?");
  EXPECT_EQ(DidYouMean("stages", {"static_bytes", "num_stages"}), "; did you mean num_stages?");
  EXPECT_EQ(DidYouMean("NUM_STAGES", {"num_stages"}), "; did you mean num_stages?");
  EXPECT_EQ(DidYouMean("--bw", {"--backward-times", "-bw"}), "; did you mean -bw?");
  EXPECT_EQ(DidYouMean("", {"ab"}), "");
  EXPECT_EQ(DidYouMean("a", {"", "bc"}), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
  EXPECT_EQ(DidYouMean(std::string(1000, 'x'), {"x"}), "");
}

TEST(SummaryTest, PrintsEachNumberWithItsDefinition) {
  v1::ComputeScheduleResponse response;
  response.mutable_shape()->set_num_ranks(2);
  response.mutable_shape()->set_num_stages(2);
  response.mutable_shape()->set_num_microbatches(1);
  response.set_digest("d1");
  response.set_order_digest("d2");
  v1::Metrics& metrics = *response.mutable_metrics();
  metrics.set_makespan(55.800000000000004);
  metrics.set_bubble_rate(0.5);
  metrics.set_bubble_overhead(1);
  metrics.set_longest_rank_span(55.8);
  metrics.set_longest_span_bubble_rate(0.25);
  metrics.set_lower_bound(50);
  metrics.set_gap(0.116);
  metrics.mutable_critical_path()->set_num_ops(1);
  metrics.mutable_critical_path()->set_compute_time(55);
  metrics.mutable_critical_path()->set_p2p_time(0.8);
  for (int r = 0; r < 2; ++r) {
    v1::RankMetrics& rank = *metrics.add_ranks();
    rank.set_rank(r);
    rank.set_busy(3);
    rank.set_idle(52.8);
    rank.set_idle_after(52.8);
    rank.set_peak_activations(1);
    rank.set_peak_bytes(r * 7);
  }
  Settings settings;
  settings.Set(FlagId::kTimeUnit, {"--time-unit", {"ms"}});
  EXPECT_EQ(
      FormatSummary(response, settings),
      "schedule                  1f1b, 2 stages on 2 ranks, 1 microbatch\n"
      "makespan                  55.8 ms (first start to last end)\n"
      "bubble rate               50.00 % (idle / total)\n"
      "bubble overhead           100.00 % (idle / busy)\n"
      "longest rank span         55.8 ms (a rank's first start to its last end)\n"
      "longest-span bubble rate  25.00 % (1 - largest busy / longest rank span)\n"
      "lower bound               50 ms (no order of this placement is shorter)\n"
      "gap                       11.60 % (makespan / lower bound - 1)\n"
      "critical path             1 op, 55 ms in ops, 0.8 ms in transfers\n"
      "digest                    d1\n"
      "order digest              d2\n"
      "\n"
      "rank  busy  idle  idle before  idle between  idle after  peak activations  peak bytes\n"
      "   0     3  52.8            0             0        52.8                 1           0\n"
      "   1     3  52.8            0             0        52.8                 1           7\n");
}

}  // namespace
}  // namespace pipesched::cli
