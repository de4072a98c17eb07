#ifndef PIPESCHED_RENDER_RUNS_H_
#define PIPESCHED_RENDER_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/order.h"
#include "engine/model/timeline.h"

namespace pipesched {

// Consecutive ops of one rank that are drawn as one: ops [begin, end) of the
// order. One op or one fused pair is a run too.
struct Run {
  size_t begin = 0;
  size_t end = 0;

  friend bool operator==(const Run&, const Run&) = default;
};

// Cuts the ops of `rank` into runs. With ops shorter than `narrow` ticks a row
//
//   F F F F . F B F B F B . B . B . B      (. is a short idle time)
//
// becomes three runs: warm-up, steady state and cool-down. Two neighbours are in
// one run if one of them is narrow, the other is less than 4 times that wide, and
// the idle time between them is narrow. From such a run, 3 or more consecutive
// ops of one kind that are together not narrow are split off.
std::vector<Run> FindRuns(const Order& order, const Timeline& timeline, int rank, int64_t narrow);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_RUNS_H_
