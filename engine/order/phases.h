#ifndef PIPESCHED_ENGINE_ORDER_PHASES_H_
#define PIPESCHED_ENGINE_ORDER_PHASES_H_

#include "absl/functional/function_ref.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"

namespace pipesched {

// The three phases of the schedules with one stage a rank and full backwards:
// on rank r, `warmup_of(r)` forwards, then a forward and a backward in turn
// until every forward has run, then the rest of the backwards; microbatches in
// ascending order. `warmup_of(r)` is in [0, M].
Order MakeThreePhaseOrder(const PipelineShape& shape, absl::FunctionRef<int(int rank)> warmup_of);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_PHASES_H_
