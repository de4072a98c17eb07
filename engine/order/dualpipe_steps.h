#ifndef PIPESCHED_ENGINE_ORDER_DUALPIPE_STEPS_H_
#define PIPESCHED_ENGINE_ORDER_DUALPIPE_STEPS_H_

#include "engine/model/order.h"

namespace pipesched {

// What a rank runs in one of its two directions: microbatches
// [first_microbatch, first_microbatch + n) of a stage.
struct DualPipeLane {
  int stage;
  int first_microbatch;
};

// Appends the ops of one rank of DualPipe (arXiv 2412.19437; the step() of
// deepseek-ai/DualPipe), in eight steps:
//
//   1  2(h-k-1) x  F0
//   2  (k+1) x     F0 F1
//   3  (h-k-1) x   I1 W F1
//   4  (n-2h+k+1) x  pair(F0, B1) pair(F1, B0); where k = h-1 the first F0 and B1
//                  are not fused
//   5  (h-k-1) x   B1 pair(F1, B0)
//   6  (k+1) x     B1 B0, halfway through with I for B and its W put off
//   7  (h-k-1) x   W I0
//   8  (k+1) x     W
//
// F0 is the next forward of `lane0`, W the oldest that waits. `depth` h is the number
// of ranks from an end to the turn, `k` in [0, h) counts them from the end, n >= 2h is
// the number of microbatches of a lane.
void AppendDualPipeRank(DualPipeLane lane0, DualPipeLane lane1, int depth, int k, int n,
                        Order& order);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_DUALPIPE_STEPS_H_
