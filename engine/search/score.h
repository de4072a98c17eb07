#ifndef PIPESCHED_ENGINE_SEARCH_SCORE_H_
#define PIPESCHED_ENGINE_SEARCH_SCORE_H_

#include <cstdint>
#include <limits>

#include "engine/search/free_start.h"
#include "engine/search/model.h"
#include "engine/search/timing.h"

namespace pipesched {

// What sequences are worth: the objective and, to go on where it stays equal, the same
// plus an eighth of the mean over ranks.
struct Score {
  int64_t value = 0;
  int64_t energy = 0;
  friend bool operator<(const Score& a, const Score& b) {
    return a.value != b.value ? a.value < b.value : a.energy < b.energy;
  }
};
inline constexpr Score kWorstScore = {std::numeric_limits<int64_t>::max(),
                                      std::numeric_limits<int64_t>::max()};

// The score of sequences whose ranks run at `times`.
Score ScoreOf(SearchObjective objective, const RankTimes& times, FreeStart& free_start,
              const Sequences& sequences);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_SCORE_H_
