#include "engine/search/local_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace pipesched {
namespace {

constexpr int64_t kAnyEnergy = std::numeric_limits<int64_t>::max();

// Ops that are timed at most between two polls: about a millisecond.
constexpr int64_t kOpsAPoll = 100'000;
constexpr int64_t kPatienceAnOp = 20;  // candidates without a better one

constexpr int kMostSteps = 30;

}  // namespace

LocalSearch::LocalSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
                         FreeStart& free_start, const Sequences& start)
    : model_(model),
      objective_(objective),
      random_(seed),
      timing_(model),
      free_start_(free_start),
      mover_(model) {
  Restart(start);
}

void LocalSearch::Restart(const Sequences& start) {
  current_ = start;
  timing_.Run(current_);
  score_ = ScoreOf(objective_, timing_.times(), free_start_, current_);
  acceptance_.Restart(score_.energy);
  since_best_ = 0;
  if (score_ < best_score_) {
    best_ = current_;
    best_score_ = score_;
  }
}

Move LocalSearch::ProposeGap(int rank) {
  const Sequence& sequence = current_[static_cast<size_t>(rank)];
  const auto length = static_cast<int>(sequence.size());
  const std::vector<int64_t>& ends = timing_.ends(rank);
  int gap = 1 + random_.Below(length - 1);
  for (int tried = 0; tried < length; ++tried) {
    const auto g = static_cast<size_t>(gap);
    if (timing_.StartAt(current_, rank, g) > ends[g - 1]) break;
    gap = gap + 1 < length ? gap + 1 : 1;
  }
  // Another op runs in the gap, from before or after it.
  const int distance = 1 + random_.Below(random_.Below(3) == 0 ? length : 12);
  if (random_.Below(2) == 0) {
    const int from = std::min(length - 1, gap + distance);
    return {rank, from, gap};
  }
  const int from = std::max(0, gap - distance);
  return {rank, from, gap - 1};
}

Move LocalSearch::Propose() {
  if (random_.Below(2) == 0) return ProposeGap(random_.Below(model_.num_ranks));
  return mover_.Propose(current_, random_);
}

void LocalSearch::Try(int64_t most) {
  ++since_best_;
  const Move move = Propose();
  if (move.from == move.to || !mover_.Apply(move, current_, random_)) return;
  const bool spans = objective_ != SearchObjective::kMakespan;
  const bool free_starts = objective_ == SearchObjective::kLongestRankSpanFreeStart;
  bool taken = false;
  if (timing_.Change(current_, mover_.begins(), spans, free_starts ? kAnyEnergy : most)) {
    const Score score = ScoreOf(objective_, timing_.times(), free_start_, current_);
    taken = score.energy <= most;
    if (taken) score_ = score;
  }
  if (!taken) {
    timing_.Revert();
    mover_.Undo(current_);
    return;
  }
  acceptance_.Take(score_.energy);
  if (score_ < best_score_) {
    best_score_ = score_;
    best_ = current_;
    since_best_ = 0;
  }
}

int64_t LocalSearch::Run(int64_t candidates, Cancelled stop) {
  bool can_move = false;
  for (const Sequence& sequence : current_) can_move = can_move || sequence.size() > 2;
  int64_t ops = 0;
  for (int r = 0; r < model_.num_ranks; ++r) ops += static_cast<int64_t>(model_.OpsOf(r));
  const int64_t a_poll = std::max<int64_t>(1, kOpsAPoll / std::max<int64_t>(1, ops));
  for (int64_t i = 0; i < candidates; ++i) {
    if (i % a_poll == 0 && stop()) return i;
    if (!can_move) continue;
    Try(acceptance_.Most());
    acceptance_.Next();
    if (since_best_ < kPatienceAnOp * ops) continue;
    // Stuck: from the best again, a few steps aside.
    Restart(best_);
    for (int steps = 1 + random_.Below(kMostSteps); steps > 0; --steps) Try(kAnyEnergy);
    acceptance_.Restart(score_.energy);
    since_best_ = 0;
  }
  return candidates;
}

}  // namespace pipesched
