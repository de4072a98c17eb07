#ifndef PIPESCHED_ENGINE_ORDER_SPLIT_V_H_
#define PIPESCHED_ENGINE_ORDER_SPLIT_V_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"

namespace pipesched {

// What V-Half and V-Min share (arXiv 2405.15362): two chunks a rank in a V and split
// backwards, in a building block that repeats every 6 units of F = I = W = 1.

// When a rank runs the F and the I of its two chunks; their residues mod 6 differ.
struct SplitVOffsets {
  int f0, f1, i1, i0;
};

// The order of the block whose W1 and W0 run at the two residues mod 6 that the offsets
// leave free, each at its first time after its I; of the two ways the one in which they
// wait less in all, else the one with the earlier W1. Fitted to the pipeline's times at
// the memory of the block (see FitBlocks).
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Order> MakeSplitVOrder(const Pipeline& pipeline,
                                      SplitVOffsets (*offsets_of)(int num_ranks, int rank),
                                      Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_SPLIT_V_H_
