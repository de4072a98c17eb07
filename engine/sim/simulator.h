#ifndef PIPESCHED_ENGINE_SIM_SIMULATOR_H_
#define PIPESCHED_ENGINE_SIM_SIMULATOR_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pauses.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"

namespace pipesched {

// Times `order`: a rank runs its ops strictly in sequence, each as soon as the
// rank is free and what it needs (see data_flow.h) is there. Data of another
// rank arrives the p2p time of its stage boundary after the op that made it
// ends; a transfer does not occupy a rank. Deterministic, no global state; safe
// to call from many threads.
//
// Every op of `order` has a stage in [0, S) and a microbatch in [0, M).
//
// Where a rank pauses before an op, that starts no sooner than the pause after the op
// before it; the makespan includes pauses after the last ops.
//
// Returns FAILED_PRECONDITION if the order deadlocks; the message names, for
// each blocked rank, the op it is stuck at and the op that one waits for.
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Timeline> Simulate(const Pipeline& pipeline, const Placement& placement,
                                  const Order& order, Cancelled cancelled = NeverCancelled,
                                  const Pauses& pauses = {});

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SIM_SIMULATOR_H_
