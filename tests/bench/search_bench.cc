// Searches: candidates a second, time until within 1 % of the bound or the best known, how often
// they look whether to stop, and comparisons. One thread.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/handlers.h"
#include "engine/search/search.h"
#include "pipesched/v1/search.pb.h"
#include "tests/support/zero_bubble.h"

namespace pipesched {
namespace {

void Ignore(const SearchProgress&) {}

void BM_Candidates(benchmark::State& state) {
  ZeroBubbleSetting setting = kSetting1;
  setting.ranks = static_cast<int>(state.range(0));
  setting.microbatches = static_cast<int>(state.range(1));
  const SearchProblem problem = ProblemOf(setting, setting.ranks + 2);
  int64_t candidates = 0;
  for (auto _ : state) {
    candidates += Search(problem, {.candidates = 20'000}, NeverCancelled, Ignore)->candidates;
  }
  state.counters["candidates/s"] =
      benchmark::Counter(static_cast<double>(candidates), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Candidates)
    ->Args({8, 24})
    ->Args({16, 48})
    ->Args({32, 256})
    ->Unit(benchmark::kMillisecond);

// Until within 1 % of the bound or of the best rate known.
void BM_TimeToGood(benchmark::State& state, const SearchProblem& problem, double best_rate) {
  double rate = 0;
  for (auto _ : state) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    int64_t value = 0;
    const auto stop = [&] {
      return (value > 0 && 1 - RateOf(problem, value) >= (1 - best_rate) / 1.01) ||
             absl::Now() > end;
    };
    const auto watch = [&](const SearchProgress& progress) { value = progress.value; };
    const auto result = Search(problem, {.gap = .01}, stop, watch);
    rate = RateOf(problem, result->answer.value);
  }
  state.counters["rate"] = rate;
}

// The best within a second on one core.
void BM_WithinASecond(benchmark::State& state, const SearchProblem& problem) {
  double rate = 0;
  double bound = 0;
  for (auto _ : state) {
    const absl::Time end = absl::Now() + absl::Seconds(1);
    const auto result = Search(
        problem, {}, [&] { return absl::Now() > end; }, Ignore);
    rate = RateOf(problem, result->answer.value);
    bound = RateOf(problem, result->bound);
  }
  state.counters["rate"] = rate;
  state.counters["bound"] = bound;
}

void Register(const std::string& name, const SearchProblem& problem, double best) {
  benchmark::RegisterBenchmark(
      absl::StrCat("BM_TimeToGood/", name).c_str(),
      [problem, best](benchmark::State& state) { BM_TimeToGood(state, problem, best); })
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(
      absl::StrCat("BM_WithinASecond/", name).c_str(),
      [problem](benchmark::State& state) { BM_WithinASecond(state, problem); })
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

// The best rates are those of longer searches.
void RegisterSettings() {
  const struct {
    ZeroBubbleSetting setting;
    int limit;
    double best;
  } linear[] = {{kSetting1, 8, .1585},  {kSetting1, 16, .0433}, {kSetting4, 8, .1323},
                {kSetting4, 16, .0012}, {kSetting7, 16, .1397}, {kSetting7, 32, .0031}};
  for (const auto& c : linear) {
    Register(absl::StrCat(c.setting.name, "/linear/", c.limit), ProblemOf(c.setting, c.limit),
             c.best);
  }
  const struct {
    ZeroBubbleSetting setting;
    int limit;
    double best;         // with the whole latency
    double best_halved;  // with half of it
  } v[] = {{kSetting1, 8, .0703, .0603}, {kSetting1, 5, .1671, .1591},
           {kSetting1, 4, .2847, .2693}, {kSetting4, 8, .0403, .0349},
           {kSetting4, 5, .1431, .1388}, {kSetting4, 4, .2382, .2220}};
  for (const auto& c : v) {
    Register(absl::StrCat(c.setting.name, "/v/", c.limit), VProblemOf(c.setting, c.limit), c.best);
    ZeroBubbleSetting halved = c.setting;
    halved.p2p /= 2;
    Register(absl::StrCat(c.setting.name, "/v/", c.limit, "/half_latency"),
             VProblemOf(halved, c.limit), c.best_halved);
  }
  for (int limit = 8; limit <= 15; ++limit) {
    SearchProblem problem = ProblemOf(kSetting4, limit);
    const std::string name = absl::StrCat("BM_WithinASecond/setting4/linear/", limit);
    for (const bool spans : {true, false}) {
      if (!spans) problem.objective = SearchObjective::kMakespan;
      benchmark::RegisterBenchmark(
          absl::StrCat(name, spans ? "/spans" : "/makespans").c_str(),
          [problem](benchmark::State& state) { BM_WithinASecond(state, problem); })
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

// Until each of the zero-bubble authors' integer programs is reached.
void BM_IntegerPrograms(benchmark::State& state) {
  const std::vector<IntegerProgram> programs = ReadIntegerPrograms();
  std::vector<absl::Duration> times;
  for (auto _ : state) {
    for (const IntegerProgram& program : programs) {
      const absl::Time start = absl::Now();
      bool reached = false;
      const auto watch = [&](const SearchProgress& progress) {
        reached = reached || progress.value <= program.span;
      };
      const auto stop = [&] { return reached || absl::Now() - start > absl::Seconds(1); };
      benchmark::DoNotOptimize(Search(program.problem, {}, stop, watch));
      times.push_back(reached ? absl::Now() - start : absl::InfiniteDuration());
    }
  }
  std::sort(times.begin(), times.end());
  state.counters["median_ms"] = absl::ToDoubleMilliseconds(times[times.size() / 2]);
  state.counters["most_ms"] = absl::ToDoubleMilliseconds(times.back());
}
BENCHMARK(BM_IntegerPrograms)->Iterations(1)->Unit(benchmark::kMillisecond);

// The longest time between two looks at whether to stop.
void BM_LongestLook(benchmark::State& state) {
  ZeroBubbleSetting setting = kSetting1;
  setting.ranks = static_cast<int>(state.range(0));
  setting.microbatches = static_cast<int>(state.range(1));
  SearchProblem problem =
      state.range(2) == 1 ? ProblemOf(setting, setting.ranks) : VProblemOf(setting, setting.ranks);
  if (state.range(3) != 0) problem.objective = SearchObjective::kLongestRankSpanFreeStart;
  absl::Duration longest;
  for (auto _ : state) {
    const absl::Time end = absl::Now() + absl::Seconds(2);
    absl::Time last = absl::Now();
    const auto look = [&] {
      const absl::Time now = absl::Now();
      longest = std::max(longest, now - last);
      last = now;
      return now >= end;
    };
    benchmark::DoNotOptimize(Search(problem, {}, look, Ignore));
    longest = std::max(longest, absl::Now() - last);  // until it returns
  }
  state.counters["longest_look_ms"] = absl::ToDoubleMilliseconds(longest);
}
BENCHMARK(BM_LongestLook)
    ->ArgNames({"ranks", "microbatches", "chunks", "free_starts"})
    ->Args({8, 24, 2, 0})
    ->Args({32, 256, 1, 0})
    ->Args({128, 170, 1, 0})
    ->Args({128, 85, 2, 0})
    ->Args({32, 256, 1, 1})
    ->Args({128, 170, 1, 1})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_CompareAllKinds(benchmark::State& state) {
  v1::CompareSchedulesRequest request;
  request.mutable_pipeline()->set_num_stages(static_cast<int>(state.range(0)));
  request.mutable_pipeline()->set_num_microbatches(static_cast<int>(state.range(1)));
  const Limits limits;
  for (auto _ : state) {
    v1::CompareSchedulesResponse response;
    const absl::Status status = HandleCompareSchedules(request, {limits, NeverCancelled}, response);
    if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
  }
}
BENCHMARK(BM_CompareAllKinds)->Args({8, 64})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pipesched

int main(int argc, char** argv) {
  pipesched::RegisterSettings();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
