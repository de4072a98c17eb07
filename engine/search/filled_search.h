#ifndef PIPESCHED_ENGINE_SEARCH_FILLED_SEARCH_H_
#define PIPESCHED_ENGINE_SEARCH_FILLED_SEARCH_H_

#include <cstdint>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/search/free_start.h"
#include "engine/search/late_acceptance.h"
#include "engine/search/model.h"
#include "engine/search/moves.h"
#include "engine/search/random.h"
#include "engine/search/score.h"
#include "engine/search/weight_fill.h"

namespace pipesched {

// A local search over the order of F and I alone, where each rank's W are filled in
// (WeightFill) with a patience that is searched too. Far fewer orders than those of all
// ops, and most of the best ones are among them.
class FilledSearch {
 public:
  // `model` splits backwards; `free_start` is of the model.
  FilledSearch(const SearchModel& model, SearchObjective objective, uint64_t seed,
               FreeStart& free_start);

  // Goes on from the F and I of these sequences, if they are better so than what it has. May do
  // nothing if `stop` says so.
  void Offer(const Sequences& sequences, Cancelled stop);

  // As LocalSearch does. Nothing before a first offer that memory allows.
  int64_t Run(int64_t candidates, Cancelled stop);

  // With their W; empty before a first offer.
  const Sequences& best() const { return best_; }
  const Score& best_score() const { return best_score_; }

 private:
  // Whether the energy of what is current is at most `most`.
  bool IsWorth(int64_t most, Score& score);
  void Try();

  const SearchModel& model_;
  const SearchModel without_weights_;
  const SearchObjective objective_;
  SearchRandom random_;
  WeightFill fill_;
  FreeStart& free_start_;
  Mover mover_;
  LateAcceptance acceptance_;
  Sequences current_;
  std::vector<int64_t> patience_;
  Sequences best_;
  Score best_score_ = kWorstScore;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_FILLED_SEARCH_H_
