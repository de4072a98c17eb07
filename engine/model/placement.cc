#include "engine/model/placement.h"

#include <utility>

namespace pipesched {

Placement::Placement(std::vector<int> rank_of_stage, int num_ranks)
    : rank_of_stage_(std::move(rank_of_stage)), stages_of_rank_(static_cast<size_t>(num_ranks)) {
  for (int s = 0; s < num_stages(); ++s) {
    stages_of_rank_[static_cast<size_t>(RankOf(s))].push_back(s);
  }
}

Placement MakePlacement(PlacementKind kind, const PipelineShape& shape) {
  std::vector<int> rank_of_stage(static_cast<size_t>(shape.num_stages()));
  for (int s = 0; s < shape.num_stages(); ++s) {
    switch (kind) {
      case PlacementKind::kLinear: rank_of_stage[static_cast<size_t>(s)] = s; break;
      case PlacementKind::kRoundRobin:
        rank_of_stage[static_cast<size_t>(s)] = s % shape.num_ranks;
        break;
    }
  }
  return Placement(std::move(rank_of_stage), shape.num_ranks);
}

}  // namespace pipesched
