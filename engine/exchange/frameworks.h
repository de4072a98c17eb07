#ifndef PIPESCHED_ENGINE_EXCHANGE_FRAMEWORKS_H_
#define PIPESCHED_ENGINE_EXCHANGE_FRAMEWORKS_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/exchange/action.h"
#include "engine/model/order.h"
#include "engine/model/placement.h"

namespace pipesched {

// Megatron-LM's order list (convert_schedule_table_to_order, which its CUDA graphs are
// captured by), a list a rank as JSON: c for a forward of the rank's chunk c, from 1, and
// -c for a backward. A fused pair is its forward, then its backward:
//
//   [[1,1,2,2,1,-2,1,-2,2,-1,2,-1,-2,-2,-1,-1],
//    [1,1,2,-2,2,-2,1,-1,1,-1,2,-2,2,-2,-1,-1]]
//
// Returns FAILED_PRECONDITION with the reason for what the list cannot say: a stage that is
// not on rank s mod P, split backwards, and microbatches of a chunk in another sequence
// than 0, 1, 2.
absl::StatusOr<std::string> FormatMegatronOrder(const Placement& placement, const Order& order);

// DeepSpeed's pipeline instructions, a line a rank, as they print themselves:
//
//   LoadMicroBatch(buffer_id=0) ForwardPass(buffer_id=0) SendActivation(buffer_id=0) ...
//
// `program` is lowered: its transfers become Send and Recv in their sequence. A microbatch
// takes the lowest buffer that is free, from its RecvActivation or LoadMicroBatch on, and
// leaves it after its SendGrad, or BackwardPass on rank 0. The step ends as that of
// TrainSchedule: ReduceTiedGrads, ReduceGrads, OptimizerStep.
//
// Returns FAILED_PRECONDITION with the reason for what it cannot say: several stages a
// rank, a stage on another rank than s, split backwards and fused pairs.
absl::StatusOr<std::string> FormatDeepSpeedInstructions(const Placement& placement,
                                                        const Program& program);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_FRAMEWORKS_H_
