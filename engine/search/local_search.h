#ifndef PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_
#define PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_

#include <cstdint>

#include "engine/model/cancel.h"
#include "engine/search/free_start.h"
#include "engine/search/late_acceptance.h"
#include "engine/search/model.h"
#include "engine/search/moves.h"
#include "engine/search/random.h"
#include "engine/search/score.h"
#include "engine/search/timing.h"

namespace pipesched {

// Improves sequences by moving one op at a time, or the same one on several ranks.
class LocalSearch {
 public:
  // `start` is legal and does not deadlock; `free_start` is of the model.
  LocalSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
              FreeStart& free_start, const Sequences& start);

  // Tries that many candidates, or fewer if `stop` says so, which is asked every few.
  // Returns how many.
  int64_t Run(int64_t candidates, Cancelled stop);

  // Goes on from other sequences.
  void Restart(const Sequences& start);

  const Sequences& best() const { return best_; }
  const Score& best_score() const { return best_score_; }

 private:
  Move Propose();
  Move ProposeGap(int rank);
  // Takes the candidate if its energy is at most `most`.
  void Try(int64_t most);

  const SearchModel& model_;
  const SearchObjective objective_;
  SearchRandom random_;
  Timing timing_;
  FreeStart& free_start_;
  Mover mover_;
  LateAcceptance acceptance_;
  Sequences current_;
  Score score_;
  Sequences best_;
  Score best_score_ = kWorstScore;
  int64_t since_best_ = 0;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_LOCAL_SEARCH_H_
