#ifndef PIPESCHED_ENGINE_MODEL_PLACEMENT_H_
#define PIPESCHED_ENGINE_MODEL_PLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/pipeline.h"

namespace pipesched {

enum class PlacementKind {
  kLinear,      // stage s on rank s
  kRoundRobin,  // stage s on rank s mod P
};

// Which rank runs the ops of each stage.
class Placement {
 public:
  // `rank_of_stage` has S entries in [0, P).
  Placement(std::vector<int> rank_of_stage, int num_ranks);

  int num_ranks() const { return static_cast<int>(stages_of_rank_.size()); }
  int num_stages() const { return static_cast<int>(rank_of_stage_.size()); }
  int RankOf(int stage) const { return rank_of_stage_[static_cast<size_t>(stage)]; }

  // The stages of a rank, in forward order.
  const std::vector<int>& StagesOf(int rank) const {
    return stages_of_rank_[static_cast<size_t>(rank)];
  }

 private:
  std::vector<int> rank_of_stage_;
  std::vector<std::vector<int>> stages_of_rank_;
};

Placement MakePlacement(PlacementKind kind, const PipelineShape& shape);

// Ticks from the end of an op at stage `from` until its output can be used at the
// neighbouring stage `to`: the boundary's p2p time in that direction, nothing
// inside a rank.
inline int64_t EdgeDelay(const Pipeline& pipeline, const Placement& placement, int from, int to) {
  if (placement.RankOf(from) == placement.RankOf(to)) return 0;
  return from < to ? pipeline.p2p_forward[static_cast<size_t>(from)]
                   : pipeline.p2p_backward[static_cast<size_t>(to)];
}

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_PLACEMENT_H_
