#include "engine/search/local_search.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pipesched {
namespace {

constexpr size_t kHistory = 100;
// Ops that are timed at most between two polls: about a millisecond.
constexpr int64_t kOpsAPoll = 100'000;
constexpr int64_t kPatienceAnOp = 20;  // candidates without a better one

constexpr int kMostSteps = 30;

// Moves the token at `from` to `to`; the others close up.
void Shift(Sequence& sequence, int from, int to) {
  const auto at = [&](int i) { return sequence.begin() + i; };
  if (from < to) {
    std::rotate(at(from), at(from + 1), at(to + 1));
  } else {
    std::rotate(at(to), at(from), at(from + 1));
  }
}

// An op of a rank: which one of its token.
struct Place {
  Token token;
  int microbatch;
};

Place PlaceOf(const Sequence& sequence, int position) {
  const auto end = sequence.begin() + position;
  const Token token = *end;
  return {token, static_cast<int>(std::count(sequence.begin(), end, token))};
}

// -1 if there is none.
int PositionOf(const Sequence& sequence, Place place) {
  int microbatch = place.microbatch;
  for (size_t i = 0; i < sequence.size(); ++i) {
    if (sequence[i] == place.token && microbatch-- == 0) return static_cast<int>(i);
  }
  return -1;
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

bool LocalSearch::ApplyTo(int rank, int from, int to) {
  Sequence& sequence = current_[static_cast<size_t>(rank)];
  Shift(sequence, from, to);
  applied_.push_back({rank, from, to});
  begins_[static_cast<size_t>(rank)] = static_cast<size_t>(std::min(from, to));
  return IsLegal(model_, rank, sequence);
}

bool LocalSearch::Apply(const Move& move) {
  const Sequence& base = current_[static_cast<size_t>(move.rank)];
  const Place moved = PlaceOf(base, move.from);
  const Place passed = PlaceOf(base, move.to);
  if (!ApplyTo(move.rank, move.from, move.to)) return false;
  if (moved.token == passed.token || random_.Below(3) != 0) return true;
  const int reach = 1 + random_.Below(model_.num_ranks);
  const int first = std::max(0, move.rank - random_.Below(reach + 1));
  const int last = std::min(model_.num_ranks - 1, first + reach);
  const bool later = move.from < move.to;
  const bool by_distance = random_.Below(2) == 0;
  for (int rank = first; rank <= last; ++rank) {
    if (rank == move.rank) continue;
    const Sequence& sequence = current_[static_cast<size_t>(rank)];
    const int from = PositionOf(sequence, moved);
    const int to = by_distance ? std::clamp(from + move.to - move.from, 0,
                                            static_cast<int>(sequence.size()) - 1)
                               : PositionOf(sequence, passed);
    if (from < 0 || to < 0 || from == to || (from < to) != later) continue;
    if (!ApplyTo(rank, from, to)) return false;
  }
  return true;
}

void LocalSearch::Undo() {
  for (const Move& move : applied_) {
    Shift(current_[static_cast<size_t>(move.rank)], move.to, move.from);
  }
}

void LocalSearch::Try() {
  const Move move = Propose();
  if (move.from == move.to) return;
  applied_.clear();
  begins_.assign(static_cast<size_t>(model_.num_ranks), Timing::kUnchanged);
  const bool spans = objective_ != SearchObjective::kMakespan;
  int64_t& late = history_[turn_];
  turn_ = turn_ + 1 == history_.size() ? 0 : turn_ + 1;
  const int64_t most = std::max(late, score_.energy);
  bool taken = false;
  if (Apply(move)) {
    const int64_t pruned = objective_ == SearchObjective::kLongestRankSpanFreeStart
                               ? std::numeric_limits<int64_t>::max()
                               : most;
    if (timing_.Change(current_, begins_, spans, pruned)) {
      const Score score = ScoreOf(objective_, timing_, free_start_, current_);
      if (score.energy <= most) {
        taken = true;
        score_ = score;
      }
    }
    if (!taken) timing_.Revert();
  }
  if (!taken) Undo();
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
  const int64_t a_poll = std::max<int64_t>(1, kOpsAPoll / std::max<int64_t>(1, ops));
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
