#include "engine/search/weight_fill.h"

#include <algorithm>
#include <limits>

namespace pipesched {
namespace {

constexpr size_t kNothing = std::numeric_limits<size_t>::max();
constexpr int64_t kNotMade = -1;

bool IsWeight(Token token) { return token % kSearchKinds == kSearchWeight; }

}  // namespace

Sequences WithoutWeights(const Sequences& sequences) {
  Sequences without = sequences;
  for (Sequence& sequence : without) {
    sequence.erase(std::remove_if(sequence.begin(), sequence.end(), IsWeight), sequence.end());
  }
  return without;
}

WeightFill::WeightFill(const SearchModel& model) : model_(model) {
  const auto count = static_cast<size_t>(model.num_ranks);
  ranks_.resize(count);
  filled_.resize(count);
  times_.starts.resize(count);
  times_.ends.resize(count);
  made_.resize(static_cast<size_t>(model.num_stages) * static_cast<size_t>(model.num_microbatches) *
               2);
}

void WeightFill::RunWeight(int rank) {
  const auto r = static_cast<size_t>(rank);
  RankState& state = ranks_[r];
  const Token token = state.weights[state.weights_done++];
  const auto stage = static_cast<size_t>(model_.StageOf(rank, token));
  times_.ends[r] += model_.time[stage][kSearchWeight];
  state.room += model_.bytes[stage][kSearchWeight];
  filled_[r].push_back(token);
}

// Runs the rank until it waits for another one or is done. False to give up.
bool WeightFill::RunRank(int rank, const Sequence& sequence, int64_t patience, bool spans,
                         int64_t most) {
  const auto r = static_cast<size_t>(rank);
  RankState& state = ranks_[r];
  int64_t& free = times_.ends[r];
  const int last_stage = model_.num_stages - 1;
  state.waits_for = kNothing;
  for (; state.at < sequence.size(); ++state.at) {
    const Token token = sequence[state.at];
    const int kind = token % kSearchKinds;
    const bool forward = kind == kSearchForward;
    const int stage = model_.StageOf(rank, token);
    const auto s = static_cast<size_t>(stage);
    const int microbatch = state.done[token];
    const int from = forward ? stage - 1 : stage + 1;
    int64_t arrival = 0;
    if (from >= 0 && from <= last_stage) {
      const size_t need = model_.OutputId(from, microbatch, kind);
      if (made_[need] == kNotMade) {
        state.waits_for = need;
        return true;
      }
      arrival = made_[need] + (forward ? model_.forward_delay[s] : model_.backward_delay[s]);
    }
    const auto has_weight = [&] { return state.weights_done < state.weights.size(); };
    while (has_weight()) {
      const auto next =
          static_cast<size_t>(model_.StageOf(rank, state.weights[state.weights_done]));
      if (free + model_.time[next][kSearchWeight] - patience > arrival) break;
      RunWeight(rank);
    }
    const int64_t bytes = model_.bytes[s][static_cast<size_t>(kind)];
    if (forward) {
      while (bytes > state.room) {
        if (!has_weight()) return false;
        RunWeight(rank);
      }
    }
    state.room += forward ? -bytes : bytes;
    const int64_t start = std::max(free, arrival);
    if (state.at == 0) times_.starts[r] = start;
    free = start + model_.time[s][static_cast<size_t>(kind)];
    if (free - (spans ? times_.starts[r] : 0) > most) return false;
    ++state.done[token];
    filled_[r].push_back(token);
    if (!forward) state.weights.push_back(static_cast<Token>(token + 1));
    const size_t id = model_.OutputId(stage, microbatch, kind);
    made_[id] = free;
    const int to = forward ? stage + 1 : stage - 1;
    if (to < 0 || to > last_stage) continue;
    const int waiting = model_.rank_of[static_cast<size_t>(to)];
    if (ranks_[static_cast<size_t>(waiting)].waits_for != id) continue;
    ranks_[static_cast<size_t>(waiting)].waits_for = kNothing;
    ready_.push_back(waiting);
  }
  while (state.weights_done < state.weights.size()) RunWeight(rank);
  return free - (spans ? times_.starts[r] : 0) <= most;
}

bool WeightFill::Run(const Sequences& sequences, const std::vector<int64_t>& patience, bool spans,
                     int64_t most) {
  std::fill(made_.begin(), made_.end(), kNotMade);
  ready_.clear();
  for (int rank = model_.num_ranks - 1; rank >= 0; --rank) {
    const auto r = static_cast<size_t>(rank);
    RankState& state = ranks_[r];
    state.at = 0;
    state.room = model_.capacity[r];
    state.done.assign(model_.stages_of[r].size() * kSearchKinds, 0);
    state.weights.clear();
    state.weights_done = 0;
    state.waits_for = kNothing;
    times_.starts[r] = 0;
    times_.ends[r] = 0;
    filled_[r].clear();
    ready_.push_back(rank);
  }
  while (!ready_.empty()) {
    const auto r = static_cast<size_t>(ready_.back());
    ready_.pop_back();
    if (!RunRank(static_cast<int>(r), sequences[r], patience[r], spans, most)) return false;
  }
  for (size_t r = 0; r < ranks_.size(); ++r) {
    if (ranks_[r].at < sequences[r].size()) return false;
  }
  return true;
}

}  // namespace pipesched
