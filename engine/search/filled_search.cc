#include "engine/search/filled_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pipesched {
namespace {

constexpr int64_t kAnyEnergy = std::numeric_limits<int64_t>::max();
constexpr int64_t kOpsAPoll = 50'000;  // that are timed at most between two polls
constexpr int kPatiences = 8;          // eighths of the rank's longest W

// The F and I of a model alone, of any memory: the W decide whether there is enough.
SearchModel WithoutWeights(const SearchModel& model) {
  SearchModel without = model;
  without.split = false;
  std::fill(without.capacity.begin(), without.capacity.end(), kAnyEnergy);
  return without;
}

int64_t Patience(const SearchModel& model, size_t rank, int eighths) {
  int64_t longest = 0;
  for (const int stage : model.stages_of[rank]) {
    longest = std::max(longest, model.time[static_cast<size_t>(stage)][kSearchWeight]);
  }
  return longest / kPatiences * eighths;
}

}  // namespace

FilledSearch::FilledSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
                           FreeStart& free_start)
    : model_(model),
      without_weights_(WithoutWeights(model)),
      objective_(objective),
      random_(seed),
      fill_(model),
      free_start_(free_start),
      mover_(without_weights_),
      patience_(static_cast<size_t>(model.num_ranks)) {}

bool FilledSearch::IsWorth(int64_t most, Score& score) {
  const bool spans = objective_ != SearchObjective::kMakespan;
  const bool free_starts = objective_ == SearchObjective::kLongestRankSpanFreeStart;
  if (!fill_.Run(current_, patience_, spans, free_starts ? kAnyEnergy : most)) return false;
  score = ScoreOf(objective_, fill_.times(), free_start_, fill_.filled());
  return score.energy <= most;
}

void FilledSearch::Offer(const Sequences& sequences, Cancelled stop) {
  const Sequences before = current_;
  const std::vector<int64_t> patience_before = patience_;
  Score best = best_score_;
  std::vector<int64_t> best_patience;
  current_ = pipesched::WithoutWeights(sequences);
  for (int eighths = 0; eighths <= kPatiences && !stop(); eighths += 2) {
    for (size_t r = 0; r < patience_.size(); ++r) patience_[r] = Patience(model_, r, eighths);
    Score score;
    if (!IsWorth(kAnyEnergy, score) || !(score < best)) continue;
    best = score;
    best_patience = patience_;
    best_ = fill_.filled();
  }
  if (best_patience.empty()) {
    current_ = before;
    patience_ = patience_before;
    return;
  }
  best_score_ = best;
  patience_ = best_patience;
  acceptance_.Restart(best.energy);
}

void FilledSearch::Try() {
  std::vector<int64_t> patience;
  bool moved = false;
  if (random_.Below(20) == 0) {
    patience = patience_;
    const int eighths = random_.Below(kPatiences + 1);
    const bool all = random_.Below(2) == 0;
    const auto one = static_cast<size_t>(random_.Below(model_.num_ranks));
    for (size_t r = 0; r < patience_.size(); ++r) {
      if (all || r == one) patience_[r] = Patience(model_, r, eighths);
    }
  } else {
    const Move move = mover_.Propose(current_, random_);
    if (move.from == move.to || !mover_.Apply(move, current_, random_)) return;
    moved = true;
  }
  Score score;
  if (!IsWorth(acceptance_.Most(), score)) {
    if (moved) {
      mover_.Undo(current_);
    } else {
      patience_ = patience;
    }
    return;
  }
  acceptance_.Take(score.energy);
  if (score < best_score_) {
    best_score_ = score;
    best_ = fill_.filled();
  }
}

int64_t FilledSearch::Run(int64_t candidates, Cancelled stop) {
  if (best_.empty()) return 0;
  int64_t ops = 0;
  for (int r = 0; r < model_.num_ranks; ++r) ops += static_cast<int64_t>(model_.OpsOf(r));
  const int64_t a_poll = std::max<int64_t>(1, kOpsAPoll / std::max<int64_t>(1, ops));
  for (int64_t i = 0; i < candidates; ++i) {
    if (i % a_poll == 0 && stop()) return i;
    Try();
    acceptance_.Next();
  }
  return candidates;
}

}  // namespace pipesched
