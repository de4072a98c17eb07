// How good the search is, by candidate budget: recorded optima, the rates of papers.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/metrics/metrics.h"
#include "engine/search/search.h"
#include "engine/sim/simulator.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

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

int64_t Number(absl::string_view text) {
  int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
  return number;
}

int64_t ValueAt(const std::string& text, size_t index) {
  const std::vector<std::string> values = absl::StrSplit(text, ',');
  return Number(values[values.size() == 1 ? 0 : index]);
}

TEST_F(SearchQualityTest, ReachesTheOptimaOfTheZeroBubbleAuthorsIntegerProgram) {
  std::ifstream file(SourceFile("tests/golden/zb_ilp.txt"));
  int count = 0;
  std::vector<int64_t> candidates;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    SCOPED_TRACE(text);
    ++count;
    std::istringstream line(text);
    std::string id, f, i, w, p2p, limit, relation;
    int64_t activation = 0, until_weight = 0, span = 0;
    SearchProblem problem;
    Pipeline& machine = problem.machine;
    line >> id >> machine.shape.num_ranks >> machine.shape.num_microbatches >> f >> i >> w >> p2p >>
        activation >> until_weight >> limit >> relation >> span;
    const auto ranks = static_cast<size_t>(machine.shape.num_ranks);
    for (size_t r = 0; r < ranks; ++r) {
      StageCost cost;
      cost.forward = ValueAt(f, r);
      cost.backward_input = ValueAt(i, r);
      cost.backward_weight = ValueAt(w, r);
      cost.backward = cost.backward_input + cost.backward_weight;
      cost.activation_bytes = activation;
      cost.weight_grad_bytes = until_weight;
      machine.stages.push_back(cost);
      machine.memory_limit_bytes.push_back(ValueAt(limit, r));
    }
    machine.p2p_forward.assign(ranks - 1, Number(p2p));
    machine.p2p_backward = machine.p2p_forward;
    problem.placements = {{PlacementKind::kLinear, 1}};
    problem.objective = SearchObjective::kLongestRankSpanFreeStart;
    int64_t when_reached = -1;
    const auto watch = [&](const SearchProgress& progress) {
      if (progress.value <= span && when_reached < 0) when_reached = progress.candidates;
    };
    const auto stop = [&] { return when_reached >= 0; };
    const absl::StatusOr<SearchResult> result =
        Search(problem, {.candidates = 200'000}, stop, watch);
    ASSERT_TRUE(result.ok()) << result.status();
    if (relation == "=") {
      EXPECT_EQ(result->answer.value, span);
    } else {
      EXPECT_LE(result->answer.value, span);
    }
    EXPECT_LE(result->bound, span);
    candidates.push_back(when_reached);
  }
  EXPECT_EQ(count, 108);
  std::sort(candidates.begin(), candidates.end());
  RecordProperty("median_candidates", absl::StrCat(candidates[candidates.size() / 2]));
  RecordProperty("most_candidates", absl::StrCat(candidates.back()));
}

// A setting of the zero-bubble paper (arXiv 2401.10241, table 2): times in ms, sizes of the
// model for its memory: activations are 34h + 5as, of which 32h stay until W.
struct Setting {
  int ranks, microbatches;
  double forward, input, weight, p2p;
  int64_t hidden, heads;
};
constexpr Setting kSetting1 = {8, 24, 18.522, 18.086, 9.337, .601, 2304, 24};
constexpr Setting kSetting4 = {8, 24, 29.718, 29.444, 19.927, .527, 4096, 32};
constexpr Setting kSetting7 = {16, 48, 11.347, 11.248, 8.132, .377, 5120, 40};
constexpr int64_t kSequence = 1024;

int64_t Ticks(double ms) { return static_cast<int64_t>(ms * 1e6 + .5); }

// The machine; its ranks may hold `limit` activations.
SearchProblem ProblemOf(const Setting& setting, int limit) {
  SearchProblem problem;
  Pipeline& machine = problem.machine;
  machine.shape = {setting.ranks, 1, setting.microbatches};
  StageCost cost;
  cost.forward = Ticks(setting.forward);
  cost.backward_input = Ticks(setting.input);
  cost.backward_weight = Ticks(setting.weight);
  cost.backward = cost.backward_input + cost.backward_weight;
  cost.activation_bytes = 34 * setting.hidden + 5 * setting.heads * kSequence;
  cost.weight_grad_bytes = 32 * setting.hidden;
  machine.stages.assign(static_cast<size_t>(setting.ranks), cost);
  machine.p2p_forward.assign(static_cast<size_t>(setting.ranks) - 1, Ticks(setting.p2p));
  machine.p2p_backward = machine.p2p_forward;
  machine.memory_limit_bytes.assign(static_cast<size_t>(setting.ranks),
                                    limit * cost.activation_bytes);
  problem.placements = {{PlacementKind::kLinear, 1}};
  problem.objective = SearchObjective::kLongestRankSpan;
  return problem;
}

// 1 - busy / value of a uniform machine, rounded to the papers' four digits.
double Rate(const SearchProblem& problem, int64_t value) {
  const StageCost& cost = problem.machine.stages[0];
  const double busy = static_cast<double>(problem.machine.shape.num_microbatches) *
                      static_cast<double>(cost.forward + cost.backward);
  return std::round((1 - busy / static_cast<double>(value)) * 1e4) / 1e4;
}

TEST_F(SearchQualityTest, ReachesTheZeroBubblePapersRates) {
  const struct {
    const char* name;
    Setting setting;
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
    Setting setting;
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
    Setting setting = c.setting;
    setting.p2p *= c.latency;
    SearchProblem problem = ProblemOf(setting, c.limit);
    problem.placements = {{PlacementKind::kV, 2}};
    for (StageCost& cost : problem.machine.stages) cost.weight_grad_bytes = cost.activation_bytes;
    const SearchResult result = MustSearch(problem, {.candidates = 100'000});
    EXPECT_LE(Rate(problem, result.answer.value), c.rate);
  }
}

}  // namespace
}  // namespace pipesched
