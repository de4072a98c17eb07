#include "engine/model/placement.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace pipesched {
namespace {

// Rank of stage s, where the kind has one replica.
int RankOfStage(PlacementKind kind, int s, int num_ranks) {
  const int position = s % num_ranks;
  switch (kind) {
    case PlacementKind::kLinear:
    case PlacementKind::kBidirectional:
    case PlacementKind::kGiven:
    case PlacementKind::kRoundRobin: break;
    case PlacementKind::kV:
    case PlacementKind::kWave: return s / num_ranks % 2 == 0 ? position : num_ranks - 1 - position;
  }
  return position;
}

}  // namespace

Placement::Placement(std::vector<int> rank_of_stage, int num_ranks, int num_stages,
                     int first_of_replica_1)
    : rank_of_stage_(std::move(rank_of_stage)),
      num_stages_(num_stages),
      first_of_replica_1_(first_of_replica_1),
      stages_of_rank_(static_cast<size_t>(num_ranks)) {
  for (int s = 0; s < num_stages; ++s) {
    for (int replica = 0; replica < num_replicas(); ++replica) {
      stages_of_rank_[static_cast<size_t>(RankOfReplica(s, replica))].push_back(s);
    }
  }
}

Placement::Placement(const std::vector<int>& rank_of_stage, int num_ranks)
    : Placement(rank_of_stage, num_ranks, static_cast<int>(rank_of_stage.size()),
                std::numeric_limits<int>::max()) {}

Placement Placement::Bidirectional(const PipelineShape& shape) {
  const int p = shape.num_ranks;
  std::vector<int> rank_of_stage(2 * static_cast<size_t>(p));
  const auto second = rank_of_stage.begin() + p;
  std::iota(rank_of_stage.begin(), second, 0);
  std::copy(rank_of_stage.begin(), second, rank_of_stage.rbegin());
  return Placement(std::move(rank_of_stage), p, p, shape.num_microbatches / 2);
}

Placement MakePlacement(PlacementKind kind, const PipelineShape& shape) {
  if (kind == PlacementKind::kBidirectional) return Placement::Bidirectional(shape);
  std::vector<int> rank_of_stage(static_cast<size_t>(shape.num_stages()));
  for (int s = 0; s < shape.num_stages(); ++s) {
    rank_of_stage[static_cast<size_t>(s)] = RankOfStage(kind, s, shape.num_ranks);
  }
  return Placement(rank_of_stage, shape.num_ranks);
}

}  // namespace pipesched
