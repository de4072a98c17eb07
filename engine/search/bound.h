#ifndef PIPESCHED_ENGINE_SEARCH_BOUND_H_
#define PIPESCHED_ENGINE_SEARCH_BOUND_H_

#include <cstdint>

#include "engine/metrics/lower_bound.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/search/model.h"

namespace pipesched {

// A value of the objective, in ticks, that no order of this placement with these forms,
// within the pipeline's memory limits, is below. For the makespan at least LowerBound.
// The largest of, over ranks and their stages:
//
// * for spans, the rank's whole work: F and the smallest form of the backward; and how long it
//   is idle where memory holds fewer F than the way from its first F to its first backward takes;
// * the same as seen from the rank of stage 0, which starts before and ends after it: the way
//   there and back, less the W that memory lets the rank leave until after its last I;
// * the way of a microbatch through memory. A rank whose bytes hold k activations of a
//   stage starts the F of microbatch n + k (counted in the order of its F) only after n + 1
//   of them have freed some, so that about M / k microbatches go one after another from
//   the stage's F up to the loss and back. k is M where there is no limit: one microbatch.
int64_t SearchBound(const Pipeline& pipeline, const Placement& placement, OpForms forms,
                    SearchObjective objective);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_BOUND_H_
