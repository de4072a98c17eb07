#ifndef PIPESCHED_ENGINE_SEARCH_EXACT_H_
#define PIPESCHED_ENGINE_SEARCH_EXACT_H_

#include <cstdint>
#include <optional>

#include "engine/model/cancel.h"
#include "engine/search/model.h"

namespace pipesched {

// What a branch and bound found.
struct ExactResult {
  bool complete = false;            // looked at all: nothing better than `better` exists
  std::optional<Sequences> better;  // the best sequences below `upper`, if any
  int64_t value = 0;                // of `better`
  int64_t states = 0;               // that it looked at
};

// Looks for the best sequences of a small problem with a value below `upper`, by branch and
// bound: ops are started one after another in the order of time, a state is dropped where
// work that is left must pass `upper`, or where another state with the same ops done has
// nothing later. Gives up after `most_states`, or if `stop` says so.
//
// Makespan or longest rank span. A rank's first op is the F of its first stage, whose
// earliest start no order changes, so that both only get worse where an op ends later.
ExactResult SearchExactly(const SearchModel& model, SearchObjective objective, int64_t upper,
                          int64_t most_states, Cancelled stop);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_EXACT_H_
