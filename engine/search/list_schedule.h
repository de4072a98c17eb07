#ifndef PIPESCHED_ENGINE_SEARCH_LIST_SCHEDULE_H_
#define PIPESCHED_ENGINE_SEARCH_LIST_SCHEDULE_H_

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "engine/search/model.h"
#include "engine/search/random.h"

namespace pipesched {

// How a rank chooses among what it could run.
struct RankRule {
  std::vector<int> priority;   // of each token's F and B: the ready one with the most runs
  std::vector<int> most_open;  // of each chunk: most F whose B has not run
  int most_weights = 0;        // W that may wait while an F is ready
  int64_t patience = 0;        // ticks that a W may delay a B or F that is on its way
};
using Rules = std::vector<RankRule>;  // of all ranks

// Rules that hold few open microbatches (1F1B's number times `warmup` halves) or as many
// as memory allows.
Rules MakeRules(const SearchModel& model, int warmup, bool backward_first);

// Changes one of the rules a little.
void Mutate(const SearchModel& model, SearchRandom& random, Rules& rules);

// Runs all ranks in the order of time by their rules. A rank starts an F only where its
// memory then still has room for one microbatch's further chunks, so that the oldest
// microbatch can always go on: no rule deadlocks. Every rank's capacity holds one
// activation of each of its chunks.
class ListScheduler {
 public:
  explicit ListScheduler(const SearchModel& model);

  // False if the rules run into a deadlock, which those of valid sizes do not.
  bool Schedule(const Rules& rules);
  const Sequences& sequences() const { return sequences_; }

 private:
  struct RankState {
    int64_t free = 0;       // when it decides next
    bool idle = false;      // until something arrives
    int64_t room = 0;       // bytes
    std::vector<int> done;  // of each token
    size_t left = 0;        // ops
  };

  // Runs what the rank's rule says at its time, or sets when to ask again.
  void Step(int rank, const RankRule& rule);
  void Start(int rank, Token token);
  bool HasRoom(int rank, int chunk) const;
  int64_t Arrival(int rank, Token token) const;

  const SearchModel& model_;
  using Turn = std::pair<int64_t, int>;  // when a rank decides, and the rank
  std::vector<RankState> ranks_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  std::vector<std::vector<int64_t>> reserve_;  // of each rank and chunk: F of later chunks
  std::vector<int64_t> arrives_;               // of each (stage, microbatch): inputs of F, of B
  Sequences sequences_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_LIST_SCHEDULE_H_
