#include "engine/search/score.h"

namespace pipesched {

Score ScoreOf(SearchObjective objective, const RankTimes& times, FreeStart& free_start,
              const Sequences& sequences) {
  Score score;
  switch (objective) {
    case SearchObjective::kMakespan: score.value = times.Makespan(); break;
    case SearchObjective::kLongestRankSpan: score.value = times.LongestRankSpan(); break;
    case SearchObjective::kLongestRankSpanFreeStart:
      score.value = free_start.SmallestSpan(sequences);
      break;
  }
  score.energy = score.value + times.MeanEighth(objective != SearchObjective::kMakespan);
  return score;
}

}  // namespace pipesched
