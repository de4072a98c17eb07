#include "engine/search/local_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pipesched {
namespace {

constexpr size_t kHistory = 1000;
// Ops that are timed at most between two polls: about a millisecond.
constexpr int64_t kOpsAPoll = 100'000;
constexpr int64_t kPatienceAnOp = 40;  // candidates without a better one

constexpr int kMostSteps = 12;

// Moves the token at `from` to `to`; the others close up.
void Shift(Sequence& sequence, int from, int to) {
  const auto at = [&](int i) { return sequence.begin() + i; };
  if (from < to) {
    std::rotate(at(from), at(from + 1), at(to + 1));
  } else {
    std::rotate(at(to), at(from), at(from + 1));
  }
}

}  // namespace

Score ScoreOf(SearchObjective objective, const Timing& timing, FreeStart& free_start,
              const Sequences& sequences) {
  Score score;
  switch (objective) {
    case SearchObjective::kMakespan: score.value = timing.Makespan(); break;
    case SearchObjective::kLongestRankSpan: score.value = timing.LongestRankSpan(); break;
    case SearchObjective::kLongestRankSpanFreeStart:
      score.value = free_start.SmallestSpan(sequences);
      break;
  }
  score.energy = score.value + timing.MeanEighth(objective != SearchObjective::kMakespan);
  return score;
}

LocalSearch::LocalSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
                         const Sequences& start)
    : model_(model),
      objective_(objective),
      random_(seed),
      timing_(model),
      free_start_(model),
      history_(kHistory) {
  best_score_.value = std::numeric_limits<int64_t>::max();
  Restart(start);
}

void LocalSearch::Restart(const Sequences& start) {
  current_ = start;
  timing_.Run(current_);
  score_ = ScoreOf(objective_, timing_, free_start_, current_);
  std::fill(history_.begin(), history_.end(), score_.energy);
  since_best_ = 0;
  if (score_ < best_score_) {
    best_ = current_;
    best_score_ = score_;
  }
}

LocalSearch::Move LocalSearch::ProposeGap(int rank) {
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

LocalSearch::Move LocalSearch::Propose() {
  const int rank = random_.Below(model_.num_ranks);
  const auto length = static_cast<int>(current_[static_cast<size_t>(rank)].size());
  if (random_.Below(2) == 0) return ProposeGap(rank);
  const int from = random_.Below(length);
  const int reach = random_.Below(4) == 0 ? length : 6;
  const int distance = 1 + random_.Below(reach);
  const int to = random_.Below(2) == 0 ? from - distance : from + distance;
  return {rank, from, std::clamp(to, 0, length - 1)};
}

void LocalSearch::Try() {
  const Move move = Propose();
  Sequence& sequence = current_[static_cast<size_t>(move.rank)];
  if (move.from == move.to) return;
  Shift(sequence, move.from, move.to);
  const bool spans = objective_ != SearchObjective::kMakespan;
  int64_t& late = history_[turn_];
  turn_ = turn_ + 1 == history_.size() ? 0 : turn_ + 1;
  const int64_t most = std::max(late, score_.energy);
  bool taken = false;
  if (IsLegal(model_, move.rank, sequence)) {
    const int64_t pruned = objective_ == SearchObjective::kLongestRankSpanFreeStart
                               ? std::numeric_limits<int64_t>::max()
                               : most;
    const auto begin = static_cast<size_t>(std::min(move.from, move.to));
    if (timing_.Change(current_, move.rank, begin, spans, pruned)) {
      const Score score = ScoreOf(objective_, timing_, free_start_, current_);
      if (score.energy <= most) {
        taken = true;
        score_ = score;
      }
    }
    if (!taken) timing_.Revert();
  }
  if (!taken) Shift(sequence, move.to, move.from);
  late = std::min(late, score_.energy);
  ++since_best_;
  if (taken && score_ < best_score_) {
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
  const int64_t a_poll = std::max<int64_t>(1, kOpsAPoll / ops);
  for (int64_t i = 0; i < candidates; ++i) {
    if (i % a_poll == 0 && stop()) return i;
    if (!can_move) continue;
    Try();
    if (since_best_ < kPatienceAnOp * ops) continue;
    // Stuck: from the best again, a few steps aside.
    Restart(best_);
    history_.assign(history_.size(), std::numeric_limits<int64_t>::max());
    for (int steps = 1 + random_.Below(kMostSteps); steps > 0; --steps) Try();
    std::fill(history_.begin(), history_.end(), score_.energy);
  }
  return candidates;
}

}  // namespace pipesched
