#ifndef PIPESCHED_ENGINE_SEARCH_WEIGHT_FILL_H_
#define PIPESCHED_ENGINE_SEARCH_WEIGHT_FILL_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/search/model.h"
#include "engine/search/timing.h"

namespace pipesched {

// Puts W into sequences that have none: each rank runs its F and I in the order given, each
// as early as possible, and the oldest W that waits where it delays the next op by no more
// than the rank's patience, or where an F needs the memory; the rest at the end.
class WeightFill {
 public:
  // `model` splits backwards.
  explicit WeightFill(const SearchModel& model);

  // Gives up, with false, if memory does not suffice, on a deadlock, or once a makespan (or
  // a rank's span if `spans`) must pass `most`. `patience` is of each rank, in ticks.
  bool Run(const Sequences& sequences, const std::vector<int64_t>& patience, bool spans,
           int64_t most);

  // Of the last run that did not give up.
  const Sequences& filled() const { return filled_; }
  const RankTimes& times() const { return times_; }

 private:
  struct RankState {
    size_t at = 0;
    int64_t room = 0;            // bytes
    std::vector<int> done;       // of each token
    std::vector<Token> weights;  // in the order of their I
    size_t weights_done = 0;
    size_t waits_for = 0;  // an id of made_
  };

  bool RunRank(int rank, const Sequence& sequence, int64_t patience, bool spans, int64_t most);
  void RunWeight(int rank);

  const SearchModel& model_;
  std::vector<RankState> ranks_;
  std::vector<int64_t> made_;  // end of the F and the I of each (stage, microbatch)
  std::vector<int> ready_;
  Sequences filled_;
  RankTimes times_;
};

// The sequences without their W.
Sequences WithoutWeights(const Sequences& sequences);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_WEIGHT_FILL_H_
