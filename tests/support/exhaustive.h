#ifndef PIPESCHED_TESTS_SUPPORT_EXHAUSTIVE_H_
#define PIPESCHED_TESTS_SUPPORT_EXHAUSTIVE_H_

#include <cstdint>

#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// The smallest values over all orders of one replica whose microbatches ascend within
// each of F, I (or B), W of a stage, within the memory limits; every op as early as
// possible. Independent of engine/search: runs ops one after another in all ways, and
// drops a state only for one with the same ops done in which nothing is later.
struct ExhaustiveValues {
  int64_t makespan = 0;
  int64_t longest_rank_span = 0;
};
ExhaustiveValues SearchExhaustively(const Pipeline& pipeline, const Placement& placement,
                                    bool split);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_EXHAUSTIVE_H_
