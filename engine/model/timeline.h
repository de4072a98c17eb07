#ifndef PIPESCHED_ENGINE_MODEL_TIMELINE_H_
#define PIPESCHED_ENGINE_MODEL_TIMELINE_H_

#include <cstdint>

#include "engine/model/column.h"

namespace pipesched {

// The times of an order's ops, in ticks: op i of the order runs from starts[i]
// to ends[i]. The two ops of a fused pair have the same times.
struct Timeline {
  Column<int64_t> starts;
  Column<int64_t> ends;
  int64_t makespan = 0;  // largest end; the first op starts at 0
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_TIMELINE_H_
