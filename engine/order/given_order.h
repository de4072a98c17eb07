#ifndef PIPESCHED_ENGINE_ORDER_GIVEN_ORDER_H_
#define PIPESCHED_ENGINE_ORDER_GIVEN_ORDER_H_

#include "absl/status/statusor.h"
#include "engine/model/order.h"
#include "engine/model/pauses.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// An order that the caller gives instead of a kind that makes one.
struct GivenOrder {
  Order order;
  Placement placement;
  Pauses pauses = {};
};

// The sizes that an order speaks of: its ranks, and one more than its highest stage and
// its highest microbatch.
struct OrderSizes {
  int num_ranks = 0;
  int num_stages = 0;
  int num_microbatches = 0;
};
OrderSizes SizesOf(const Order& order);

// Where an order puts its stages: each on the rank that runs its ops; or as
// Placement::Bidirectional does, if that is where they are. A stage without ops counts
// as on rank 0, ops outside the shape do not count. The order has `shape.num_ranks` ranks.
//
// Returns INVALID_ARGUMENT, naming an op, if a stage is on two ranks.
absl::StatusOr<Placement> InferPlacement(const PipelineShape& shape, const Order& order);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_GIVEN_ORDER_H_
