#ifndef PIPESCHED_ENGINE_SEARCH_SEARCH_H_
#define PIPESCHED_ENGINE_SEARCH_SEARCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"
#include "engine/search/model.h"

namespace pipesched {

// A placement with the number of stages of a rank.
struct SearchPlacement {
  PlacementKind kind = PlacementKind::kLinear;
  int chunks_per_rank = 1;
};

// A search for the best order of a machine.
struct SearchProblem {
  Pipeline machine;                         // P slices, V = 1, see SplitSlices
  std::vector<SearchPlacement> placements;  // that the order may have, at least one
  bool split_backward = true;               // whether orders may have I and W
  SearchObjective objective = SearchObjective::kMakespan;
};

// When a search ends, besides when it is told to stop or has proven an optimum.
struct SearchBudget {
  int64_t candidates = 0;  // that it tries; 0: no bound
  double gap = 0;          // value / bound - 1 that is good enough
  uint64_t seed = 0;
  int threads = 1;  // how many it uses; the result of a candidate budget does not depend on it
};

// An order and what it is worth. The pipeline is the machine's, split for the placement.
struct SearchAnswer {
  Pipeline pipeline;
  Placement placement;
  Order order;
  // Every op as early as possible; with free starts delayed to the smallest span.
  Timeline timeline;
  int64_t value = 0;     // of the objective, in ticks
  std::string found_as;  // the fixed kind that it is, or "" for an order of the search
};

// How far a search is.
struct SearchProgress {
  int64_t value = 0;  // of the best order so far, in ticks
  int64_t bound = 0;  // no order is below it, in ticks
  int64_t candidates = 0;
  const SearchAnswer* improved = nullptr;  // the best order, if it is new
};

struct SearchResult {
  SearchAnswer answer;
  int64_t bound = 0;
  int64_t candidates = 0;
  bool stopped = false;  // because `stop` said so
};

// What keeps every order from fitting into the memory of a rank.
struct MemoryShortage {
  int rank = 0;
  Op op{OpKind::kForward, 0, 0};  // the F that does not fit
  int64_t limit_bytes = 0;
  int64_t needed_bytes = 0;  // the smallest limit with which an order fits
};

// Ranks whose limit fits no order of any of the placements: for each the smallest limit
// that does, of the placement that lacks least. Empty if an order fits. An order that
// finishes each microbatch before it starts the next needs least: one activation of each
// stage of the rank.
std::vector<MemoryShortage> FindShortages(const SearchProblem& problem);

// Searches until the budget is used up, the gap is reached, or `stop`, which is asked
// every few ms, says so. Returns the best order found, which is never worse than any
// fixed kind of these placements and forms that fits into memory. Calls `progress` from
// the calling thread after every round of some ms.
//
// FindShortages finds nothing. Returns CANCELLED only if told to stop before there was
// any order.
absl::StatusOr<SearchResult> Search(const SearchProblem& problem, const SearchBudget& budget,
                                    Cancelled stop,
                                    absl::FunctionRef<void(const SearchProgress&)> progress,
                                    const std::vector<SearchAnswer>& known = {});

// The smallest limit, the same for all ranks, with which an order fits.
int64_t SmallestLimit(const SearchProblem& problem);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_SEARCH_H_
