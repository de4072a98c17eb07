#ifndef PIPESCHED_ENGINE_ORDER_BUILDING_BLOCKS_H_
#define PIPESCHED_ENGINE_ORDER_BUILDING_BLOCKS_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "engine/model/op.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// A building block (arXiv 2405.15362, section 3): when the ops of one microbatch run,
// repeated every `period` for the next. Times are whole numbers >= 0.
struct BlockOp {
  OpKind kind;
  int stage;
  int time;
};
struct Block {
  int period;
  std::function<std::vector<BlockOp>(int rank)> ops_of;
};

// Most ops, over all blocks, that are fitted: less than a second.
inline constexpr int64_t kMostFittedOps = int64_t{3} << 19;

// The order that repeats the block: the ops of rank r by (time, F before others,
// microbatch). Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> RepeatBlock(const PipelineShape& shape, const Block& block,
                                  Cancelled cancelled);

// Most activations that each rank holds, each from its F to its B or W.
std::vector<int> PeakActivations(const Order& order);

// Repeats the blocks, and fits the orders to the times of the pipeline (see Justify).
// A rank holds at most `most_alive` activations, or what its block makes it hold if
// that is 0; blocks that hold more are left out, at least one is not. Of several blocks
// the one whose order is the shortest after the first round of fitting wins, of equal
// ones the first.
//
// A long order is that of fewer microbatches whose steady state is repeated: what
// fitting moves at the ends does not depend on the number of microbatches. Of an order
// with so many ranks that even this is above 3 * 2^19 ops (over all blocks), the best
// block is taken as it is.
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> FitBlocks(const Pipeline& pipeline, const Placement& placement,
                                absl::Span<const Block> blocks, int most_alive,
                                Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_BUILDING_BLOCKS_H_
