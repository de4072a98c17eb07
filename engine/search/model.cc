#include "engine/search/model.h"

#include <algorithm>
#include <limits>

namespace pipesched {

SearchModel MakeSearchModel(const Pipeline& pipeline, const Placement& placement, bool split) {
  SearchModel model;
  model.num_ranks = placement.num_ranks();
  model.num_stages = placement.num_stages();
  model.num_microbatches = pipeline.shape.num_microbatches;
  model.split = split;
  for (int s = 0; s < model.num_stages; ++s) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(s)];
    const int64_t until_weight = split ? cost.weight_grad_bytes : 0;
    model.rank_of.push_back(placement.RankOfReplica(s, 0));
    model.time.push_back(
        {cost.forward, split ? cost.backward_input : cost.backward, cost.backward_weight});
    model.bytes.push_back(
        {cost.activation_bytes, cost.activation_bytes - until_weight, until_weight});
    model.forward_delay.push_back(s == 0 ? 0 : EdgeDelay(pipeline, placement, s - 1, s));
    model.backward_delay.push_back(
        s == model.num_stages - 1 ? 0 : EdgeDelay(pipeline, placement, s + 1, s));
  }
  for (int r = 0; r < model.num_ranks; ++r) {
    model.stages_of.push_back(placement.StagesOf(r));
    int64_t capacity = std::numeric_limits<int64_t>::max();
    if (!pipeline.memory_limit_bytes.empty()) {
      capacity = pipeline.memory_limit_bytes[static_cast<size_t>(r)];
      for (const int s : placement.StagesOf(r)) {
        const int64_t held = pipeline.stages[static_cast<size_t>(s)].static_bytes;
        capacity = capacity < held ? 0 : capacity - held;
      }
    }
    model.capacity.push_back(capacity);
  }
  return model;
}

bool IsLegal(const SearchModel& model, int rank, const Sequence& sequence) {
  if (sequence.size() != model.OpsOf(rank)) return false;
  std::array<int, kMostTokens> count = {};
  const int64_t capacity = model.capacity[static_cast<size_t>(rank)];
  const bool limited = capacity != std::numeric_limits<int64_t>::max();
  int64_t held = 0;
  for (const Token token : sequence) {
    const int kind = token % kSearchKinds;
    int& done = count[token];
    if (++done > model.num_microbatches) return false;
    if (kind != kSearchForward && done > count[token - size_t{1}]) return false;
    if (!limited) continue;
    const int64_t bytes =
        model.bytes[static_cast<size_t>(model.StageOf(rank, token))][static_cast<size_t>(kind)];
    if (kind != kSearchForward) {
      held -= bytes;
    } else {
      if (bytes > capacity - held) return false;
      held += bytes;
    }
  }
  return true;
}

Order ToOrder(const SearchModel& model, const Sequences& sequences) {
  Order order;
  for (int r = 0; r < model.num_ranks; ++r) {
    std::array<int, kMostTokens> count = {};
    for (const Token token : sequences[static_cast<size_t>(r)]) {
      OpKind kind = OpKind::kForward;
      if (token % kSearchKinds == kSearchBackward) {
        kind = model.split ? OpKind::kBackwardInput : OpKind::kBackward;
      } else if (token % kSearchKinds == kSearchWeight) {
        kind = OpKind::kBackwardWeight;
      }
      order.ops.push_back(Op(kind, model.StageOf(r, token), count[token]++));
    }
    order.EndRank();
  }
  return order;
}

std::optional<Sequences> ToSequences(const SearchModel& model, const Order& order) {
  Sequences sequences(static_cast<size_t>(model.num_ranks));
  std::vector<size_t> chunk_of(static_cast<size_t>(model.num_stages));
  for (const std::vector<int>& stages : model.stages_of) {
    for (size_t c = 0; c < stages.size(); ++c) chunk_of[static_cast<size_t>(stages[c])] = c;
  }
  for (int r = 0; r < model.num_ranks; ++r) {
    Sequence& sequence = sequences[static_cast<size_t>(r)];
    for (const Op op : order.rank(r)) {
      const size_t first = chunk_of[static_cast<size_t>(op.stage())] * kSearchKinds;
      switch (op.kind()) {
        case OpKind::kForward: sequence.push_back(static_cast<Token>(first)); break;
        case OpKind::kBackward:
          sequence.push_back(static_cast<Token>(first + kSearchBackward));
          if (model.split) sequence.push_back(static_cast<Token>(first + kSearchWeight));
          break;
        case OpKind::kBackwardInput:
          if (!model.split) return std::nullopt;
          sequence.push_back(static_cast<Token>(first + kSearchBackward));
          break;
        case OpKind::kBackwardWeight:
          sequence.push_back(static_cast<Token>(first + kSearchWeight));
          break;
      }
    }
    if (!IsLegal(model, r, sequence)) return std::nullopt;
  }
  return sequences;
}

}  // namespace pipesched
