#ifndef PIPESCHED_ENGINE_SEARCH_FIXED_KINDS_H_
#define PIPESCHED_ENGINE_SEARCH_FIXED_KINDS_H_

#include <optional>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/search/search.h"

namespace pipesched {

// The value of a timed order, in ticks; with free starts `timeline` becomes the delayed one,
// or nothing is returned if `cancelled` says so.
std::optional<int64_t> ValueOf(const Pipeline& pipeline, const Placement& placement,
                               const Order& order, SearchObjective objective, Timeline& timeline,
                               Cancelled cancelled);

// The fixed kinds of a problem's placement that are legal, within memory, and of forms that
// it allows, each timed. `pipeline` is the machine split for the placement.
std::vector<SearchAnswer> FixedKinds(const SearchProblem& problem, const Pipeline& pipeline,
                                     PlacementKind kind, Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_FIXED_KINDS_H_
