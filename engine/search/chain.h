#ifndef PIPESCHED_ENGINE_SEARCH_CHAIN_H_
#define PIPESCHED_ENGINE_SEARCH_CHAIN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/search/filled_search.h"
#include "engine/search/list_schedule.h"
#include "engine/search/local_search.h"
#include "engine/search/model.h"
#include "engine/search/random.h"

namespace pipesched {

// Where the chains of a model begin.
struct ChainStart {
  Rules rules;  // the best of those without a change
  Score rules_score = kWorstScore;
  Sequences best;  // of them and of the orders known before
  Score best_score = kWorstScore;
};

// `known` are legal, do not deadlock, and may be none. The longer part of it is left out if
// `stop` says so.
ChainStart FindChainStart(const SearchModel& model, SearchObjective objective, Cancelled stop,
                          const std::vector<Sequences>& known);

// One line of search: rules of the list scheduler are changed while that helps, and the
// best order so far is improved by local search, in turns. Depends on its seed alone.
class SearchChain {
 public:
  SearchChain(const SearchModel& model, SearchObjective objective, uint64_t seed, Cancelled stop,
              const ChainStart& start);

  // Tries about that many candidates, fewer if `stop` says so; returns how many.
  int64_t Run(int64_t candidates, Cancelled stop);

  // Goes on from these, which are legal and do not deadlock, if they are better.
  void Offer(const Sequences& sequences);

  const Sequences& best() const { return local_->best(); }
  const Score& score() const { return local_->best_score(); }

 private:
  Score ScoreRules(const Rules& rules);

  const SearchModel& model_;
  const SearchObjective objective_;
  SearchRandom random_;
  ListScheduler scheduler_;
  Timing timing_;
  FreeStart free_start_;
  Rules rules_;
  Score rules_score_;
  int64_t rules_failed_ = 0;              // changes in a row that did not help
  std::unique_ptr<FilledSearch> filled_;  // null unless backwards are split
  std::unique_ptr<LocalSearch> local_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_CHAIN_H_
