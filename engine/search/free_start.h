#ifndef PIPESCHED_ENGINE_SEARCH_FREE_START_H_
#define PIPESCHED_ENGINE_SEARCH_FREE_START_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"
#include "engine/search/model.h"

namespace pipesched {

// The largest, over all cycles of ranks, mean of path[a * P + b] along the cycle, rounded
// up (Karp, "A characterization of the minimum cycle mean", 1978). path[a * P + b] < 0:
// there is no such edge; path[a * P + a] >= 0 for all a.
int64_t LargestCycleMean(const std::vector<int64_t>& path, int num_ranks);

// The smallest longest rank span over all start times of these sequences, in ticks.
//
// A span of D is possible if the starts keep: an op starts after what it needs, and the
// first op of a rank at least (end of its last op) - D. Such a system has a solution
// unless some cycle of it is positive: on a cycle through ranks a, b, ... the longest
// paths from each rank's first op to the end of the next one's last op add up to more
// than D for each of them. So D is the largest cycle mean of these paths.
class FreeStart {
 public:
  explicit FreeStart(const SearchModel& model);

  // `sequences` do not deadlock.
  int64_t SmallestSpan(const Sequences& sequences);

 private:
  const SearchModel& model_;
  // For each (stage, microbatch) and F or B: the longest path to its end from the first op
  // of each rank, -1 for none. P times as many as there are: not before it is asked for.
  std::vector<int64_t> made_;
  std::vector<int64_t> free_;  // the same to the end of each rank's last op so far
};

// The same of any order, and the times that have it: `timeline` is what Simulate made of
// the order and becomes the one with the earliest starts that keep the smallest span.
// Returns that span, or nothing, with the timeline as it was, if `cancelled` says so, which
// is asked every few ms.
std::optional<int64_t> DelayStarts(const Pipeline& pipeline, const Placement& placement,
                                   const Order& order, Timeline& timeline, Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_FREE_START_H_
