#ifndef PIPESCHED_ENGINE_MODEL_PIPELINE_H_
#define PIPESCHED_ENGINE_MODEL_PIPELINE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/op.h"
#include "engine/model/ticks.h"

namespace pipesched {

// Sizes of a pipeline. S = P * V virtual stages, in forward order.
struct PipelineShape {
  int num_ranks = 1;         // P >= 1
  int chunks_per_rank = 1;   // V >= 1: stages that a rank holds
  int num_microbatches = 1;  // M >= 1

  int num_stages() const { return num_ranks * chunks_per_rank; }
};

// What the ops of one stage cost. Times are in ticks, memory is in bytes; all
// are >= 0, forward > 0.
struct StageCost {
  int64_t forward = 0;
  int64_t backward = 0;
  int64_t backward_input = 0;
  int64_t backward_weight = 0;
  // Time of a fused block, >= max(forward, backward). Not given: forward of the
  // block's forward stage plus backward of its backward stage.
  std::optional<int64_t> overlapped_pair;

  int64_t activation_bytes = 0;   // taken by F, all released by B
  int64_t weight_grad_bytes = 0;  // the part of activation_bytes that I leaves to W
  int64_t static_bytes = 0;       // held all the time

  int64_t Time(OpKind kind) const {
    switch (kind) {
      case OpKind::kForward: return forward;
      case OpKind::kBackward: return backward;
      case OpKind::kBackwardInput: return backward_input;
      case OpKind::kBackwardWeight: return backward_weight;
    }
    return 0;
  }
};

// A pipeline with every default resolved. Whoever makes one checks it (see
// daemon/convert); the engine does not check it again.
struct Pipeline {
  PipelineShape shape;
  TickScale scale;
  std::vector<StageCost> stages;            // S records
  std::vector<int64_t> p2p_forward;         // S - 1: ticks from stage s to s + 1
  std::vector<int64_t> p2p_backward;        // S - 1: ticks from stage s + 1 to s
  std::vector<int64_t> memory_limit_bytes;  // P limits, or none
  bool backward_split_defaulted = false;    // some I or W takes half of B since it was not given
};

// Time of the fused block of a forward at stage `a` and a backward at stage `b`,
// in ticks: the larger of the two stages' values. A value that is not given is
// the forward at `a` plus the backward at `b`.
inline int64_t PairTime(const StageCost& a, const StageCost& b) {
  const int64_t one_by_one = a.forward + b.backward;
  return std::max(a.overlapped_pair.value_or(one_by_one), b.overlapped_pair.value_or(one_by_one));
}

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_PIPELINE_H_
