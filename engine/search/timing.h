#ifndef PIPESCHED_ENGINE_SEARCH_TIMING_H_
#define PIPESCHED_ENGINE_SEARCH_TIMING_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/search/model.h"

namespace pipesched {

// When each rank starts its first op and ends its last.
struct RankTimes {
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;

  int64_t Makespan() const;
  int64_t LongestRankSpan() const;
  // The sum over ranks of what the objective takes the largest of, over 8P: breaks ties.
  int64_t MeanEighth(bool spans) const;
};

// The times of legal sequences, every op as early as possible, kept up to date while
// they change: only what can move is timed again.
class Timing {
 public:
  explicit Timing(const SearchModel& model);

  // Times all. False if the sequences deadlock; then the times mean nothing.
  bool Run(const Sequences& sequences);

  // Times `sequences`, which are those of the last accepted call but for each rank r from
  // position begins[r] on (kUnchanged: nowhere). Gives up, with false, on a deadlock or once the
  // objective (a makespan, or a longest rank span if `spans`) must pass `most`. Revert undoes it.
  static constexpr size_t kUnchanged = std::numeric_limits<size_t>::max();
  bool Change(const Sequences& sequences, const std::vector<size_t>& begins, bool spans,
              int64_t most);
  void Revert();

  const RankTimes& times() const { return times_; }
  const std::vector<int64_t>& ends(int rank) const { return ends_[static_cast<size_t>(rank)]; }

  // Where an op of a rank starts at the earliest for what it needs from other ranks.
  int64_t StartAt(const Sequences& sequences, int rank, size_t position) const {
    const Token token = sequences[static_cast<size_t>(rank)][position];
    return ends_[static_cast<size_t>(rank)][position] -
           model_.time[static_cast<size_t>(model_.StageOf(rank, token))][token % kSearchKinds];
  }

 private:
  static constexpr int64_t kUnset = -1;

  struct Undo {
    size_t begin = 0;
    std::vector<int64_t> ends;
  };

  bool Resume(const Sequences& sequences, bool spans, int64_t most);

  const SearchModel& model_;
  std::vector<int64_t> work_;  // of each rank
  std::vector<std::vector<int64_t>> ends_;
  RankTimes times_;
  std::vector<int64_t> made_;  // end of the F and of the B of each (stage, microbatch)

  // While ranks are timed: where each is, how often it ran each token, what it waits for.
  std::vector<size_t> at_;
  std::vector<std::vector<int>> count_;
  std::vector<int64_t> rest_;  // work of each rank from at_ on
  std::vector<size_t> waits_for_;
  std::vector<int> ready_;

  std::vector<Undo> undo_;
  RankTimes old_times_;
  std::vector<std::pair<size_t, int64_t>> old_made_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_TIMING_H_
