// How good the search is, by candidate budget: recorded optima, the rates of papers.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/search/search.h"
#include "tests/support/sanitizer.h"
#include "tests/support/zero_bubble.h"

namespace pipesched {
namespace {

void Ignore(const SearchProgress&) {}

SearchResult MustSearch(const SearchProblem& problem, const SearchBudget& budget) {
  EXPECT_TRUE(FindShortages(problem).empty());
  absl::StatusOr<SearchResult> result = Search(problem, budget, NeverCancelled, Ignore);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

// Millions of candidates: only what users run is quick enough.
class SearchQualityTest : public testing::Test {
 protected:
  void SetUp() override {
#ifndef NDEBUG
    GTEST_SKIP() << "not a release build";
#endif
    if (HasAddressSanitizer()) GTEST_SKIP() << "with sanitizers";
  }
};

TEST_F(SearchQualityTest, ReachesTheOptimaOfTheZeroBubbleAuthorsIntegerProgram) {
  std::vector<int64_t> candidates;
  for (const IntegerProgram& program : ReadIntegerPrograms()) {
    SCOPED_TRACE(program.text);
    int64_t when_reached = -1;
    const auto watch = [&](const SearchProgress& progress) {
      if (progress.value <= program.span && when_reached < 0) when_reached = progress.candidates;
    };
    const auto stop = [&] { return when_reached >= 0; };
    const absl::StatusOr<SearchResult> result =
        Search(program.problem, {.candidates = 200'000}, stop, watch);
    ASSERT_TRUE(result.ok()) << result.status();
    if (program.proven) {
      EXPECT_EQ(result->answer.value, program.span);
    } else {
      EXPECT_LE(result->answer.value, program.span);
    }
    EXPECT_LE(result->bound, program.span);
    candidates.push_back(when_reached);
  }
  ASSERT_EQ(candidates.size(), 108U);
  std::sort(candidates.begin(), candidates.end());
  RecordProperty("median_candidates", absl::StrCat(candidates[candidates.size() / 2]));
  RecordProperty("most_candidates", absl::StrCat(candidates.back()));
}

// Rounded to the papers' four digits.
double Rate(const SearchProblem& problem, int64_t value) {
  return std::round(RateOf(problem, value) * 1e4) / 1e4;
}

TEST_F(SearchQualityTest, ReachesTheZeroBubblePapersRates) {
  const struct {
    const char* name;
    ZeroBubbleSetting setting;
    int limit;
    double rate;
    int64_t candidates;
  } cases[] = {
      {"1, ZB-1p", kSetting1, 8, .1585, 1},  {"1, ZB-2p", kSetting1, 16, .0433, 150'000},
      {"4, ZB-1p", kSetting4, 8, .1323, 1},  {"4, ZB-2p", kSetting4, 16, .0029, 60'000},
      {"7, ZB-1p", kSetting7, 16, .1397, 1}, {"7, ZB-2p", kSetting7, 32, .0066, 60'000},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const SearchProblem problem = ProblemOf(c.setting, c.limit);
    const SearchResult result = MustSearch(problem, {.candidates = c.candidates});
    EXPECT_LE(Rate(problem, result.answer.value), c.rate);
  }
}

TEST_F(SearchQualityTest, MoreMemoryIsNeverWorse) {
  const double spans[] = {.1323, .1038, .0751, .0615, .0475, .0331, .0182, .0029};
  const double makespans[] = {.1323, .1203, .1042, .1035, .1035, .1035, .1017, .1003};
  double last_span = 1;
  double last_makespan = 1;
  for (int k = 8; k <= 15; ++k) {
    SCOPED_TRACE(k);
    SearchProblem problem = ProblemOf(kSetting4, k);
    const double span = Rate(problem, MustSearch(problem, {.candidates = 100'000}).answer.value);
    problem.objective = SearchObjective::kMakespan;
    const double makespan =
        Rate(problem, MustSearch(problem, {.candidates = 100'000}).answer.value);
    EXPECT_LE(span, spans[k - 8]);
    EXPECT_LE(makespan, makespans[k - 8]);
    EXPECT_LE(span, last_span);
    EXPECT_LE(makespan, last_makespan);
    last_span = span;
    last_makespan = makespan;
  }
}

// Limits in activations that stay whole until W. A chunk has half of a stage's times. The authors'
// rates (.0603, .1610, .3175; .0349, .1397, .2613) arise where it has all of them, which is half of
// the latency here; with all of it no order is below .0624 and .0363 in the ZBV rows. The fixed
// kinds zbv, v_half and v_min have .0728, .1671, .3338 and .0446, .1431, .2713.
TEST_F(SearchQualityTest, VPlacementIsNoWorseThanTheAuthorsAndItsKinds) {
  const struct {
    const char* name;
    ZeroBubbleSetting setting;
    double latency;
    int limit;
    double rate;
  } cases[] = {
      {"1, ZBV", kSetting1, .5, 8, .0603},    {"1, V-Half", kSetting1, .5, 5, .1610},
      {"1, V-Min", kSetting1, .5, 4, .3000},  {"4, ZBV", kSetting4, .5, 8, .0349},
      {"4, V-Half", kSetting4, .5, 5, .1397}, {"4, V-Min", kSetting4, .5, 4, .2500},
      {"1, ZBV", kSetting1, 1, 8, .0703},     {"1, V-Half", kSetting1, 1, 5, .1671},
      {"1, V-Min", kSetting1, 1, 4, .3000},   {"4, ZBV", kSetting4, 1, 8, .0403},
      {"4, V-Half", kSetting4, 1, 5, .1431},  {"4, V-Min", kSetting4, 1, 4, .2600},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(absl::StrCat(c.name, ", latency x ", c.latency));
    ZeroBubbleSetting setting = c.setting;
    setting.p2p *= c.latency;
    const SearchProblem problem = VProblemOf(setting, c.limit);
    const SearchResult result = MustSearch(problem, {.candidates = 100'000});
    EXPECT_LE(Rate(problem, result.answer.value), c.rate);
  }
}

}  // namespace
}  // namespace pipesched
