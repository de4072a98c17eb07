// Searches: candidates a second, time until within 1 % of the bound or the best known, how often
// they look whether to stop, and comparisons. One thread.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/handlers.h"
#include "engine/search/search.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched {
namespace {

void Ignore(const SearchProgress&) {}

// A setting of the zero-bubble paper (arXiv 2401.10241), times in ms.
struct Setting {
  const char* name;
  int ranks, microbatches;
  double forward, input, weight, p2p;
  int64_t hidden, heads;
};
constexpr Setting kSettings[] = {
    {"setting1", 8, 24, 18.522, 18.086, 9.337, .601, 2304, 24},
    {"setting4", 8, 24, 29.718, 29.444, 19.927, .527, 4096, 32},
    {"setting7", 16, 48, 11.347, 11.248, 8.132, .377, 5120, 40},
};

SearchProblem ProblemOf(const Setting& setting, int microbatches, int limit, int chunks) {
  SearchProblem problem;
  Pipeline& machine = problem.machine;
  machine.shape = {setting.ranks, 1, microbatches};
  StageCost cost;
  const auto ticks = [](double ms) { return static_cast<int64_t>(ms * 1e6 + .5); };
  cost.forward = ticks(setting.forward);
  cost.backward_input = ticks(setting.input);
  cost.backward_weight = ticks(setting.weight);
  cost.backward = cost.backward_input + cost.backward_weight;
  cost.activation_bytes = 34 * setting.hidden + 5 * setting.heads * 1024;
  cost.weight_grad_bytes = chunks == 1 ? 32 * setting.hidden : cost.activation_bytes;
  machine.stages.assign(static_cast<size_t>(setting.ranks), cost);
  machine.p2p_forward.assign(static_cast<size_t>(setting.ranks) - 1, ticks(setting.p2p));
  machine.p2p_backward = machine.p2p_forward;
  machine.memory_limit_bytes.assign(static_cast<size_t>(setting.ranks),
                                    limit * cost.activation_bytes);
  problem.placements = {{chunks == 1 ? PlacementKind::kLinear : PlacementKind::kV, chunks}};
  problem.objective = SearchObjective::kLongestRankSpan;
  return problem;
}

void BM_Candidates(benchmark::State& state) {
  Setting setting = kSettings[0];
  setting.ranks = static_cast<int>(state.range(0));
  const SearchProblem problem =
      ProblemOf(setting, static_cast<int>(state.range(1)), setting.ranks + 2, 1);
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

// Until within 1 % of `best`, the least value known, or of the bound.
void BM_TimeToGood(benchmark::State& state, const SearchProblem& problem, double best_rate) {
  const StageCost& cost = problem.machine.stages[0];
  const double busy =
      static_cast<double>((cost.forward + cost.backward) * problem.machine.shape.num_microbatches);
  const double good = 1.01 * busy / (1 - best_rate);
  double rate = 0;
  for (auto _ : state) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    int64_t value = 0;
    const auto stop = [&] {
      return (value > 0 && static_cast<double>(value) <= good) || absl::Now() > end;
    };
    const auto watch = [&](const SearchProgress& progress) { value = progress.value; };
    const auto result = Search(problem, {.gap = .01}, stop, watch);
    rate = 1 - busy / static_cast<double>(result->answer.value);
  }
  state.counters["rate"] = rate;
}

// The best within a second on one core.
void BM_WithinASecond(benchmark::State& state, const SearchProblem& problem) {
  const StageCost& cost = problem.machine.stages[0];
  const double busy =
      static_cast<double>((cost.forward + cost.backward) * problem.machine.shape.num_microbatches);
  double rate = 0;
  for (auto _ : state) {
    const absl::Time end = absl::Now() + absl::Seconds(1);
    const auto result = Search(
        problem, {}, [&] { return absl::Now() > end; }, Ignore);
    rate = 1 - busy / static_cast<double>(result->answer.value);
  }
  state.counters["rate"] = rate;
}

void RegisterSettings() {
  // The best rates seen, by longer searches.
  const struct {
    int setting, limit_per_rank_halves, chunks;
    double best;
  } cases[] = {{0, 2, 1, .1585}, {0, 4, 1, .0433}, {1, 2, 1, .1323}, {1, 4, 1, .0012},
               {2, 2, 1, .1397}, {2, 4, 1, .0031}, {0, 2, 2, .0703}, {1, 2, 2, .0440}};
  for (const auto& c : cases) {
    const Setting& setting = kSettings[c.setting];
    const SearchProblem problem = ProblemOf(setting, setting.microbatches,
                                            c.limit_per_rank_halves * setting.ranks / 2, c.chunks);
    const std::string name = absl::StrCat(setting.name, c.chunks == 1 ? "/linear/" : "/v/",
                                          c.limit_per_rank_halves / 2, "p");
    benchmark::RegisterBenchmark(
        absl::StrCat("BM_TimeToGood/", name).c_str(),
        [problem, best = c.best](benchmark::State& state) { BM_TimeToGood(state, problem, best); })
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(
        absl::StrCat("BM_WithinASecond/", name).c_str(),
        [problem](benchmark::State& state) { BM_WithinASecond(state, problem); })
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
}

// The longest time between two looks at whether to stop.
void BM_LongestLook(benchmark::State& state) {
  Setting setting = kSettings[0];
  setting.ranks = static_cast<int>(state.range(0));
  SearchProblem problem = ProblemOf(setting, static_cast<int>(state.range(1)), setting.ranks,
                                    static_cast<int>(state.range(2)));
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
