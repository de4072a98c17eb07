#include "engine/model/slices.h"

#include <algorithm>
#include <cstddef>

namespace pipesched {
namespace {

int64_t Part(int64_t whole, int parts, int index) {
  return whole / parts + (index == 0 ? whole % parts : 0);
}

StageCost PartOf(const StageCost& slice, int parts, int index) {
  const auto part = [&](int64_t whole) { return Part(whole, parts, index); };
  StageCost cost;
  cost.forward = part(slice.forward);
  cost.backward = part(slice.backward);
  cost.backward_input = part(slice.backward_input);
  cost.backward_weight = part(slice.backward_weight);
  if (slice.overlapped_pair) cost.overlapped_pair = part(*slice.overlapped_pair);
  cost.activation_bytes = part(slice.activation_bytes);
  // The first part's remainders can differ; a part of the activation stays a part of it.
  cost.weight_grad_bytes = std::min(part(slice.weight_grad_bytes), cost.activation_bytes);
  cost.static_bytes = part(slice.static_bytes);
  return cost;
}

}  // namespace

Pipeline SplitSlices(const Pipeline& machine, int chunks_per_rank) {
  if (chunks_per_rank == 1) return machine;
  Pipeline pipeline;
  pipeline.shape = machine.shape;
  pipeline.shape.chunks_per_rank = chunks_per_rank;
  pipeline.scale = machine.scale;
  pipeline.memory_limit_bytes = machine.memory_limit_bytes;
  pipeline.backward_split_defaulted = machine.backward_split_defaulted;
  for (const StageCost& slice : machine.stages) {
    for (int i = 0; i < chunks_per_rank; ++i) {
      pipeline.stages.push_back(PartOf(slice, chunks_per_rank, i));
    }
  }
  const size_t boundaries = pipeline.stages.size() - 1;
  const bool any = !machine.p2p_forward.empty();
  pipeline.p2p_forward.assign(boundaries, any ? machine.p2p_forward[0] : 0);
  pipeline.p2p_backward.assign(boundaries, any ? machine.p2p_backward[0] : 0);
  return pipeline;
}

bool HasUniformP2p(const Pipeline& pipeline) {
  for (size_t i = 0; i < pipeline.p2p_forward.size(); ++i) {
    if (pipeline.p2p_forward[i] != pipeline.p2p_forward[0]) return false;
    if (pipeline.p2p_backward[i] != pipeline.p2p_forward[0]) return false;
  }
  return true;
}

}  // namespace pipesched
