#ifndef PIPESCHED_ENGINE_SEARCH_VARIANT_H_
#define PIPESCHED_ENGINE_SEARCH_VARIANT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/model/cancel.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/search/chain.h"
#include "engine/search/model.h"
#include "engine/search/score.h"
#include "engine/search/search.h"

namespace pipesched {

// One placement with one form of backward, and its chains; for many microbatches one chain
// more, which solves a short problem whose steady state is repeated.
class Variant {
 public:
  // `pipeline` is the problem's machine, split for the placement; `known` are answers where
  // chains may begin.
  Variant(const SearchProblem& problem, Pipeline pipeline, Placement placement, bool split,
          uint64_t seed, Cancelled stop, const std::vector<SearchAnswer>& known);

  // A round is all tasks, which may run side by side, and EndRound.
  int num_tasks() const;
  int64_t OpsOfTask() const;
  // Returns how many candidates it tried.
  int64_t RunTask(int task, int64_t candidates, Cancelled stop);
  void EndRound(int round);

  // Looks for what is below `upper` by branch and bound; adds to `states` how many it looked at.
  // Whether it could look at all.
  bool SolveExactly(int64_t upper, int64_t most_states, Cancelled stop, int64_t& states);

  const SearchChain& best() const;

  // Nothing if `stop` says so before it is timed.
  std::optional<SearchAnswer> Answer(Cancelled stop) const;

 private:
  void OfferRepeated();

  const SearchObjective objective_;
  const Pipeline pipeline_;
  const Placement placement_;
  const SearchModel model_;
  std::vector<std::unique_ptr<SearchChain>> chains_;

  Pipeline short_pipeline_;
  SearchModel short_model_;
  std::unique_ptr<SearchChain> short_chain_;  // null unless there are many microbatches
  Score short_score_ = kWorstScore;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_VARIANT_H_
