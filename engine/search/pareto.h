#ifndef PIPESCHED_ENGINE_SEARCH_PARETO_H_
#define PIPESCHED_ENGINE_SEARCH_PARETO_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/search/search.h"

namespace pipesched {

// A point of the curve of an objective over memory.
struct ParetoPoint {
  int64_t limit_bytes = 0;  // of every rank
  int64_t peak_bytes = 0;   // the most that a rank holds
  SearchResult result;
};

// Searches under rising limits, up to `most_points`, from the smallest that fits to what
// the best order within the machine's own limits holds. Each point starts from the best
// of those before it, so that the values fall; points that are no better than one with a
// smaller limit are left out. The budget's candidates are divided among the searches.
//
// `stop` is told how many of how many searches are done. FindShortages finds nothing.
absl::StatusOr<std::vector<ParetoPoint>> SearchPareto(
    const SearchProblem& problem, const SearchBudget& budget, int most_points,
    absl::FunctionRef<bool(int done, int count)> stop,
    absl::FunctionRef<void(const SearchProgress&)> progress);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_PARETO_H_
