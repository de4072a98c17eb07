#ifndef PIPESCHED_ENGINE_METRICS_CRITICAL_PATH_H_
#define PIPESCHED_ENGINE_METRICS_CRITICAL_PATH_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"

namespace pipesched {

// One longest chain of ops from time 0 to the makespan: each starts when the
// one before it ends on the same rank, or when its data arrives.
struct CriticalPath {
  std::vector<int64_t> ops;  // indices into the order, first to last; both ops of a fused pair
  int64_t compute = 0;       // ticks in ops, a fused pair once
  int64_t p2p = 0;           // ticks in transfers; compute + p2p is the makespan
};

// `timeline` is what Simulate made of `order`. Deterministic: ends at the lowest
// rank that ends last, and seen from there stays on a rank where it can.
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<CriticalPath> FindCriticalPath(const Pipeline& pipeline, const Placement& placement,
                                              const Order& order, const Timeline& timeline,
                                              Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_METRICS_CRITICAL_PATH_H_
