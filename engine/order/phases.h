#ifndef PIPESCHED_ENGINE_ORDER_PHASES_H_
#define PIPESCHED_ENGINE_ORDER_PHASES_H_

#include "absl/functional/function_ref.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"

namespace pipesched {

// A number of ops of a rank.
using OfRank = absl::FunctionRef<int(int rank)>;

// The three phases of the schedules with one stage a rank and full backwards:
// on rank r, `warmup_of(r)` forwards, then a forward and a backward in turn
// until every forward has run, then the rest of the backwards; microbatches in
// ascending order. `warmup_of(r)` is in [0, M]. With `pairs` the forward and the
// backward of each turn are a fused pair; then warmup_of(r) >= 1.
Order MakeThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of, bool pairs = false);

// The same with split backwards: on rank r, `warmup_of(r)` forwards; then F and I
// in turn, and one W, of the oldest microbatch that waits for one, after each I_j
// with j >= first_weight_after(r); then I and W in turn, whatever j; then the rest
// of the Ws. The phases of the zero-bubble schedules (arXiv 2401.10241).
Order MakeSplitThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of,
                               OfRank first_weight_after);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_PHASES_H_
