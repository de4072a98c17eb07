#ifndef PIPESCHED_ENGINE_SIM_DEADLOCK_H_
#define PIPESCHED_ENGINE_SIM_DEADLOCK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/model/order.h"
#include "engine/model/placement.h"

namespace pipesched {

// Says who waits for whom where an order cannot go on. `stuck_at[r]` is the
// index of the op that rank r cannot start, or rank_offsets[r + 1] if the rank
// has finished; at least one rank has not.
//
// Returns FAILED_PRECONDITION, for example "order deadlocks: rank 0 at 0B0
// waits for 1B0; rank 1 at 1F0 waits for 0F0". Of many ranks the first 8.
absl::Status DescribeDeadlock(const Placement& placement, const Order& order,
                              absl::Span<const int64_t> stuck_at);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SIM_DEADLOCK_H_
