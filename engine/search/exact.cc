#include "engine/search/exact.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pipesched {
namespace {

constexpr int64_t kStatesAPoll = 256;

// How a state came about: the op that was started last, and the state before.
struct Step {
  size_t before;
  int rank;
  Token token;
};

struct State {
  std::string done;  // of each rank and token
  // When each rank can start its next op; then, in the order of ranks and tokens, when the
  // inputs arrive that other ranks have made and that are not used yet.
  std::vector<int64_t> times;
  size_t step = 0;
  bool dropped = false;
};

bool NowhereLater(const State& a, const State& b) {
  for (size_t i = 0; i < a.times.size(); ++i) {
    if (a.times[i] > b.times[i]) return false;
  }
  return true;
}

class BranchAndBound {
 public:
  BranchAndBound(const SearchModel& model, SearchObjective objective, int64_t upper)
      : model_(model), upper_(upper), start_of_(static_cast<size_t>(model.num_ranks)) {
    const auto stages = static_cast<size_t>(model.num_stages);
    std::vector<int64_t> in(stages);
    out_.resize(stages);
    for (size_t s = 1; s < stages; ++s) {
      in[s] = in[s - 1] + model.time[s - 1][kSearchForward] + model.forward_delay[s];
      out_[s] = out_[s - 1] + model.backward_delay[s - 1] + model.time[s - 1][kSearchBackward];
    }
    size_t tokens = 0;
    for (size_t r = 0; r < start_of_.size(); ++r) {
      if (objective != SearchObjective::kMakespan) {
        start_of_[r] = in[static_cast<size_t>(model.stages_of[r].front())];
      }
      first_token_.push_back(tokens);
      tokens += model.stages_of[r].size() * kSearchKinds;
    }
    State first;
    first.done.assign(tokens, '\0');
    first.times.assign(start_of_.size(), 0);
    steps_.push_back({0, 0, 0});
    layer_.push_back(std::move(first));
  }

  ExactResult Run(int64_t most_states, Cancelled stop) {
    ExactResult result;
    size_t ops = 0;
    for (int r = 0; r < model_.num_ranks; ++r) ops += model_.OpsOf(r);
    for (size_t i = 0; i < ops; ++i) {
      std::vector<State> layer = std::move(layer_);
      layer_.clear();
      by_done_.clear();
      for (const State& state : layer) {
        if (state.dropped) continue;
        if (++result.states > most_states) return result;
        if (result.states % kStatesAPoll == 0 && stop()) return result;
        Branch(state);
      }
    }
    result.complete = true;
    for (const State& state : layer_) {
      if (state.dropped) continue;
      int64_t value = 0;
      for (size_t r = 0; r < start_of_.size(); ++r) {
        value = std::max(value, state.times[r] - start_of_[r]);
      }
      if (value >= upper_) continue;
      upper_ = value;
      result.value = value;
      result.better = SequencesOf(state);
    }
    return result;
  }

 private:
  size_t Of(size_t rank, Token token) const { return first_token_[rank] + token; }
  int Done(const State& state, size_t rank, Token token) const {
    return static_cast<unsigned char>(state.done[Of(rank, token)]);
  }

  // The token of another stage's rank that makes the input of a token, if another rank does.
  struct Source {
    size_t rank;
    Token token;
  };
  std::optional<Source> SourceOf(int rank, Token token) const {
    const int kind = token % kSearchKinds;
    if (kind == kSearchWeight) return std::nullopt;
    const int stage = model_.StageOf(rank, token);
    const int from = kind == kSearchForward ? stage - 1 : stage + 1;
    if (from < 0 || from >= model_.num_stages) return std::nullopt;
    const int source = model_.rank_of[static_cast<size_t>(from)];
    const auto& stages = model_.stages_of[static_cast<size_t>(source)];
    const auto chunk = std::find(stages.begin(), stages.end(), from) - stages.begin();
    return Source{static_cast<size_t>(source), static_cast<Token>(chunk * kSearchKinds + kind)};
  }

  bool HasRoom(const State& state, size_t rank, int stage) const {
    int64_t room = model_.capacity[rank];
    for (size_t c = 0; c < model_.stages_of[rank].size(); ++c) {
      const auto& bytes = model_.bytes[static_cast<size_t>(model_.stages_of[rank][c])];
      for (int kind = 0; kind < model_.kinds(); ++kind) {
        const auto token = static_cast<Token>(c * kSearchKinds + static_cast<size_t>(kind));
        const int64_t held = Done(state, rank, token) * bytes[static_cast<size_t>(kind)];
        room += kind == kSearchForward ? -held : held;
      }
    }
    return model_.bytes[static_cast<size_t>(stage)][kSearchForward] <= room;
  }

  // Whether nothing that follows can be below `upper_`: each rank's work is left, and what its
  // first stage's last gradient still has to go through.
  bool IsHopeless(const State& state) const {
    for (size_t r = 0; r < start_of_.size(); ++r) {
      int64_t inputs = 0;
      int64_t weights = 0;
      for (size_t c = 0; c < model_.stages_of[r].size(); ++c) {
        const auto& time = model_.time[static_cast<size_t>(model_.stages_of[r][c])];
        for (int kind = 0; kind < model_.kinds(); ++kind) {
          const auto token = static_cast<Token>(c * kSearchKinds + static_cast<size_t>(kind));
          const int64_t left =
              (model_.num_microbatches - Done(state, r, token)) * time[static_cast<size_t>(kind)];
          (kind == kSearchWeight ? weights : inputs) += left;
        }
      }
      if (state.times[r] + inputs + weights - start_of_[r] >= upper_) return true;
      if (Done(state, r, kSearchBackward) == model_.num_microbatches) continue;
      const int first = model_.stages_of[r].front();
      const int64_t out =
          out_[static_cast<size_t>(first)] + (model_.split ? model_.time[0][kSearchWeight] : 0);
      const auto last = static_cast<size_t>(model_.rank_of[0]);
      if (state.times[r] + inputs + out - start_of_[last] >= upper_) return true;
    }
    return false;
  }

  bool HasOpsLeft(const State& state, size_t rank) const {
    for (size_t c = 0; c < model_.stages_of[rank].size(); ++c) {
      for (int kind = 0; kind < model_.kinds(); ++kind) {
        const auto token = static_cast<Token>(c * kSearchKinds + static_cast<size_t>(kind));
        if (Done(state, rank, token) < model_.num_microbatches) return true;
      }
    }
    return false;
  }

  // Inputs made by other ranks that are not used yet, of each rank and token.
  std::vector<std::vector<int64_t>> Arrivals(const State& state) const {
    std::vector<std::vector<int64_t>> arrivals(state.done.size());
    size_t at = start_of_.size();
    ForEachToken([&](int rank, Token token) {
      const std::optional<Source> source = SourceOf(rank, token);
      if (!source) return;
      const auto r = static_cast<size_t>(rank);
      const int made = Done(state, source->rank, source->token);
      for (int j = Done(state, r, token); j < made; ++j) {
        arrivals[Of(r, token)].push_back(state.times[at++]);
      }
    });
    return arrivals;
  }

  template <typename Function>
  void ForEachToken(Function function) const {
    for (int r = 0; r < model_.num_ranks; ++r) {
      for (size_t c = 0; c < model_.stages_of[static_cast<size_t>(r)].size(); ++c) {
        for (int kind = 0; kind < model_.kinds(); ++kind) {
          function(r, static_cast<Token>(c * kSearchKinds + static_cast<size_t>(kind)));
        }
      }
    }
  }

  void Branch(const State& state) {
    const std::vector<std::vector<int64_t>> arrivals = Arrivals(state);
    ForEachToken([&](int rank, Token token) {
      const auto r = static_cast<size_t>(rank);
      const int kind = token % kSearchKinds;
      const int done = Done(state, r, token);
      if (done == model_.num_microbatches) return;
      if (kind != kSearchForward && done == Done(state, r, static_cast<Token>(token - 1))) return;
      const bool waits = SourceOf(rank, token).has_value();
      const std::vector<int64_t>& inputs = arrivals[Of(r, token)];
      if (waits && inputs.empty()) return;
      if (kind == kSearchForward && !HasRoom(state, r, model_.StageOf(rank, token))) return;
      Start(state, arrivals, rank, token,
            waits ? std::max(state.times[r], inputs.front()) : state.times[r]);
    });
  }

  void Start(const State& state, std::vector<std::vector<int64_t>> arrivals, int rank, Token token,
             int64_t start) {
    const auto r = static_cast<size_t>(rank);
    const int kind = token % kSearchKinds;
    const int stage = model_.StageOf(rank, token);
    const int64_t end = start + model_.time[static_cast<size_t>(stage)][static_cast<size_t>(kind)];
    State next;
    next.done = state.done;
    ++next.done[Of(r, token)];
    if (SourceOf(rank, token)) arrivals[Of(r, token)].erase(arrivals[Of(r, token)].begin());
    const int to = kind == kSearchForward ? stage + 1 : stage - 1;
    if (kind != kSearchWeight && to >= 0 && to < model_.num_stages) {
      const auto receiver = static_cast<size_t>(model_.rank_of[static_cast<size_t>(to)]);
      const auto& stages = model_.stages_of[receiver];
      const auto chunk = std::find(stages.begin(), stages.end(), to) - stages.begin();
      const auto t = static_cast<size_t>(to);
      arrivals[Of(receiver, static_cast<Token>(chunk * kSearchKinds + kind))].push_back(
          end + (kind == kSearchForward ? model_.forward_delay[t] : model_.backward_delay[t]));
    }
    // In the order of time: nothing starts before what was started last.
    for (size_t other = 0; other < start_of_.size(); ++other) {
      const int64_t free = other == r ? end : state.times[other];
      next.times.push_back(HasOpsLeft(next, other) ? std::max(free, start) : free);
    }
    if (IsHopeless(next)) return;
    for (size_t receiver = 0; receiver < start_of_.size(); ++receiver) {
      const size_t last = first_token_[receiver] + model_.stages_of[receiver].size() * kSearchKinds;
      for (size_t i = first_token_[receiver]; i < last; ++i) {
        for (const int64_t time : arrivals[i]) {
          next.times.push_back(std::max(time, next.times[receiver]));
        }
      }
    }
    Keep(std::move(next), {state.step, rank, token});
  }

  void Keep(State next, const Step& step) {
    std::vector<size_t>& same = by_done_[next.done];
    for (const size_t i : same) {
      if (!layer_[i].dropped && NowhereLater(layer_[i], next)) return;
    }
    for (const size_t i : same) {
      if (NowhereLater(next, layer_[i])) layer_[i].dropped = true;
    }
    next.step = steps_.size();
    steps_.push_back(step);
    same.push_back(layer_.size());
    layer_.push_back(std::move(next));
  }

  Sequences SequencesOf(const State& state) const {
    Sequences sequences(start_of_.size());
    for (size_t i = state.step; i != 0; i = steps_[i].before) {
      sequences[static_cast<size_t>(steps_[i].rank)].push_back(steps_[i].token);
    }
    for (Sequence& sequence : sequences) std::reverse(sequence.begin(), sequence.end());
    return sequences;
  }

  const SearchModel& model_;
  int64_t upper_;
  std::vector<int64_t> start_of_;    // what is taken off each rank's end
  std::vector<int64_t> out_;         // from the end of a stage's gradient to that of stage 0
  std::vector<size_t> first_token_;  // of each rank in State::done
  std::vector<Step> steps_;
  std::vector<State> layer_;
  std::unordered_map<std::string, std::vector<size_t>> by_done_;
};

}  // namespace

ExactResult SearchExactly(const SearchModel& model, SearchObjective objective, int64_t upper,
                          int64_t most_states, Cancelled stop) {
  return BranchAndBound(model, objective, upper).Run(most_states, stop);
}

}  // namespace pipesched
