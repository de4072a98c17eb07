#include "engine/search/pareto.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/metrics/memory.h"

namespace pipesched {
namespace {

int64_t PeakOf(const SearchAnswer& answer) {
  int64_t peak = 0;
  for (int r = 0; r < answer.order.num_ranks(); ++r) {
    peak = std::max(
        peak, FindMemoryPeak(answer.pipeline, answer.placement, r, answer.order.rank(r)).bytes);
  }
  return peak;
}

// The least that a limit can rise by and allow more: the smallest activation of a stage.
int64_t StepOf(const SearchProblem& problem) {
  int64_t step = 0;
  int chunks = 1;
  for (const SearchPlacement& placement : problem.placements) {
    chunks = std::max(chunks, placement.chunks_per_rank);
  }
  for (const StageCost& cost : problem.machine.stages) {
    const int64_t bytes = cost.activation_bytes / chunks;
    if (bytes > 0 && (step == 0 || bytes < step)) step = bytes;
  }
  return std::max<int64_t>(1, step);
}

}  // namespace

absl::StatusOr<std::vector<ParetoPoint>> SearchPareto(
    const SearchProblem& problem, const SearchBudget& budget, int most_points,
    absl::FunctionRef<bool(int done, int count)> stop,
    absl::FunctionRef<void(const SearchProgress&)> progress) {
  SearchBudget part = budget;
  const int most_searches = most_points + 1;
  if (budget.candidates > 0) {
    part.candidates = std::max<int64_t>(1, budget.candidates / most_searches);
  }
  int64_t before = 0;  // candidates of the searches that are done
  const auto tell = [&](const SearchProgress& now) {
    SearchProgress all = now;
    all.candidates += before;
    all.improved = nullptr;  // of another limit
    progress(all);
  };
  // The far end of the curve first: it says how far the limits need to go.
  const auto stop_first = [&] { return stop(0, most_searches); };
  absl::StatusOr<SearchResult> most = Search(problem, part, stop_first, tell);
  if (!most.ok()) return most.status();
  before += most->candidates;
  const int64_t highest = PeakOf(most->answer);
  const int64_t lowest = std::min(highest, SmallestLimit(problem));
  const int64_t steps =
      std::clamp<int64_t>((highest - lowest) / StepOf(problem), 0, most_points - 1);
  std::vector<ParetoPoint> points;
  std::vector<SearchAnswer> known;
  for (int64_t i = 0; i <= steps; ++i) {
    const int64_t limit =
        steps == 0
            ? highest
            : lowest + static_cast<int64_t>(static_cast<double>(highest - lowest) *
                                            static_cast<double>(i) / static_cast<double>(steps));
    SearchProblem limited = problem;
    std::vector<int64_t>& limits = limited.machine.memory_limit_bytes;
    limits.resize(static_cast<size_t>(problem.machine.shape.num_ranks), limit);
    for (int64_t& own : limits) own = std::min(own, limit);
    if (!FindShortages(limited).empty()) continue;
    if (PeakOf(most->answer) <= limit) known.push_back(most->answer);
    // A step of the order that is known already fits every higher limit.
    for (SearchAnswer& answer : known) answer.pipeline.memory_limit_bytes = limits;
    const auto stop_this = [&] { return stop(static_cast<int>(i) + 1, most_searches); };
    absl::StatusOr<SearchResult> result = Search(limited, part, stop_this, tell, known);
    if (!result.ok()) break;  // Told to stop: what there is, is a curve.
    before += result->candidates;
    const bool better = points.empty() || result->answer.value < points.back().result.answer.value;
    if (!better) continue;
    known.push_back(result->answer);
    const int64_t peak = PeakOf(result->answer);
    points.push_back({limit, peak, *std::move(result)});
  }
  for (ParetoPoint& point : points) point.result.candidates = before;
  return points;
}

}  // namespace pipesched
