#ifndef PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_
#define PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_

#include <cstdint>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/search/free_start.h"
#include "engine/search/model.h"
#include "engine/search/random.h"
#include "engine/search/timing.h"

namespace pipesched {

// Values of an objective, in ticks. Of sequences with equal values the one with the
// smaller `energy`, which also counts the other ranks a little, is nearer to a better one.
struct Score {
  int64_t value = 0;
  int64_t energy = 0;
  friend bool operator<(const Score& a, const Score& b) {
    return a.value != b.value ? a.value < b.value : a.energy < b.energy;
  }
};

// The score of what `timing` was last run on.
Score ScoreOf(SearchObjective objective, const Timing& timing, FreeStart& free_start,
              const Sequences& sequences);

// Improves sequences by moving one op of a rank at a time: late acceptance hill climbing
// (Burke, Bykov, 2017), which takes a neighbour that is no worse than the current one or
// than the one of some candidates ago. Whole numbers only: the same on every machine.
class LocalSearch {
 public:
  // `start` is legal and does not deadlock.
  LocalSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
              const Sequences& start);

  // Tries that many candidates, or fewer if `stop` says so, which is asked every few.
  // Returns how many.
  int64_t Run(int64_t candidates, Cancelled stop);

  // Goes on from other sequences.
  void Restart(const Sequences& start);

  const Sequences& best() const { return best_; }
  const Score& best_score() const { return best_score_; }

 private:
  struct Move {
    int rank = 0;
    int from = 0;
    int to = 0;
  };

  Move Propose();
  Move ProposeGap(int rank);

  // Applies the move, and on some neighbouring ranks one that changes the order of the same
  // two ops alike. False if a rank's sequence then is not legal.
  bool Apply(const Move& move);
  bool ApplyTo(int rank, int from, int to);
  void Undo();
  void Try();

  const SearchModel& model_;
  const SearchObjective objective_;
  SearchRandom random_;
  Timing timing_;
  FreeStart free_start_;
  Sequences current_;
  Score score_;
  Sequences best_;
  Score best_score_;
  std::vector<int64_t> history_;
  std::vector<Move> applied_;
  std::vector<size_t> begins_;  // where each rank's sequence changed
  size_t turn_ = 0;
  int64_t since_best_ = 0;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_
