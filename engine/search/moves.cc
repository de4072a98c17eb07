#include "engine/search/moves.h"

#include <algorithm>

#include "engine/search/timing.h"

namespace pipesched {
namespace {

constexpr int kShortReach = 6;  // positions

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

struct RankRange {
  int first;
  int last;
};

RankRange RanksAround(int rank, int num_ranks, SearchRandom& random) {
  switch (random.Below(4)) {
    case 0: return {0, num_ranks - 1};
    case 1: return {rank, num_ranks - 1};
    case 2: return {0, rank};
    default: break;
  }
  const int reach = 1 + random.Below(num_ranks);
  const int first = std::max(0, rank - random.Below(reach + 1));
  return {first, std::min(num_ranks - 1, first + reach)};
}

}  // namespace

Mover::Mover(const SearchModel& model)
    : model_(model), begins_(static_cast<size_t>(model.num_ranks), Timing::kUnchanged) {}

Move Mover::Propose(const Sequences& sequences, SearchRandom& random) const {
  const int rank = random.Below(model_.num_ranks);
  const auto length = static_cast<int>(sequences[static_cast<size_t>(rank)].size());
  const int from = random.Below(length);
  const int distance = 1 + random.Below(random.Below(4) == 0 ? length : kShortReach);
  const int to = random.Below(2) == 0 ? from - distance : from + distance;
  return {rank, from, std::clamp(to, 0, length - 1)};
}

bool Mover::ApplyTo(const Move& move, Sequences& sequences) {
  const auto r = static_cast<size_t>(move.rank);
  Shift(sequences[r], move.from, move.to);
  if (!IsLegal(model_, move.rank, sequences[r])) {
    Shift(sequences[r], move.to, move.from);
    return false;
  }
  applied_.push_back(move);
  begins_[r] = static_cast<size_t>(std::min(move.from, move.to));
  return true;
}

bool Mover::Apply(const Move& move, Sequences& sequences, SearchRandom& random) {
  applied_.clear();
  std::fill(begins_.begin(), begins_.end(), Timing::kUnchanged);
  const Sequence& base = sequences[static_cast<size_t>(move.rank)];
  const Place moved = PlaceOf(base, move.from);
  const Place passed = PlaceOf(base, move.to);
  if (!ApplyTo(move, sequences)) return false;
  if (random.Below(2) == 0) return true;
  const RankRange ranks = RanksAround(move.rank, model_.num_ranks, random);
  const bool by_distance = random.Below(3) == 0;
  // Waves of ops run aslant through the ranks: the same place is some microbatches further.
  const int moved_slope = random.Below(3) == 0 ? random.Below(3) - 1 : 0;
  const int passed_slope = random.Below(2) == 0 ? random.Below(5) - 2 : 0;
  for (int rank = ranks.first; rank <= ranks.last; ++rank) {
    if (rank == move.rank) continue;
    const Sequence& sequence = sequences[static_cast<size_t>(rank)];
    const auto aslant = [&](Place place, int slope) {
      place.microbatch =
          std::clamp(place.microbatch + slope * (rank - move.rank), 0, model_.num_microbatches - 1);
      return PositionOf(sequence, place);
    };
    const int from = aslant(moved, moved_slope);
    const int to = by_distance ? std::clamp(from + move.to - move.from, 0,
                                            static_cast<int>(sequence.size()) - 1)
                               : aslant(passed, passed_slope);
    if (from < 0 || to < 0 || from == to || (from < to) != (move.from < move.to)) continue;
    ApplyTo({rank, from, to}, sequences);
  }
  return true;
}

void Mover::Undo(Sequences& sequences) {
  for (size_t i = applied_.size(); i-- > 0;) {
    const Move& move = applied_[i];
    Shift(sequences[static_cast<size_t>(move.rank)], move.to, move.from);
  }
  applied_.clear();
}

}  // namespace pipesched
