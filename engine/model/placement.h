#ifndef PIPESCHED_ENGINE_MODEL_PLACEMENT_H_
#define PIPESCHED_ENGINE_MODEL_PLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/pipeline.h"

namespace pipesched {

enum class PlacementKind {
  kLinear,         // stage s on rank s
  kRoundRobin,     // stage s on rank s mod P
  kV,              // V = 2: rank r holds stages r and 2P - 1 - r
  kWave,           // V even: every other chunk lies on the ranks in reverse
  kBidirectional,  // V = 1, two replicas of the model, see Placement::Bidirectional
  kGiven,          // as the caller's order or map says
};

// Which rank runs the ops of each stage. A replica is a copy of the model: there is
// one, or two that share the microbatches evenly.
class Placement {
 public:
  // One replica. `rank_of_stage` has S entries in [0, P).
  Placement(const std::vector<int>& rank_of_stage, int num_ranks);

  // Two replicas: stage s is on rank s for microbatches below M / 2, and on rank
  // P - 1 - s for the others. S = P; P and M are even.
  static Placement Bidirectional(const PipelineShape& shape);

  int num_ranks() const { return static_cast<int>(stages_of_rank_.size()); }
  int num_stages() const { return num_stages_; }
  int num_replicas() const { return static_cast<int>(rank_of_stage_.size()) / num_stages_; }

  // The replica that runs a microbatch.
  int ReplicaOf(int microbatch) const { return microbatch < first_of_replica_1_ ? 0 : 1; }

  // The rank that runs the ops of a (stage, microbatch).
  int RankOf(int stage, int microbatch) const {
    return RankOfReplica(stage, ReplicaOf(microbatch));
  }
  int RankOfReplica(int stage, int replica) const {
    return rank_of_stage_[static_cast<size_t>(replica) * static_cast<size_t>(num_stages_) +
                          static_cast<size_t>(stage)];
  }

  // The stages of a rank, of all replicas, in forward order.
  const std::vector<int>& StagesOf(int rank) const {
    return stages_of_rank_[static_cast<size_t>(rank)];
  }

  friend bool operator==(const Placement&, const Placement&) = default;

 private:
  Placement(std::vector<int> rank_of_stage, int num_ranks, int num_stages, int first_of_replica_1);

  std::vector<int> rank_of_stage_;  // S for each replica
  int num_stages_;
  int first_of_replica_1_;  // first microbatch that it runs
  std::vector<std::vector<int>> stages_of_rank_;
};

// The placement of any kind but kGiven; the shape fits the kind.
Placement MakePlacement(PlacementKind kind, const PipelineShape& shape);

// Ticks from the end of an op at stage `from` until its output can be used at the
// neighbouring stage `to`: the boundary's p2p time in that direction, nothing
// inside a rank. The same in both replicas, since they mirror each other.
inline int64_t EdgeDelay(const Pipeline& pipeline, const Placement& placement, int from, int to) {
  if (placement.RankOfReplica(from, 0) == placement.RankOfReplica(to, 0)) return 0;
  return from < to ? pipeline.p2p_forward[static_cast<size_t>(from)]
                   : pipeline.p2p_backward[static_cast<size_t>(to)];
}

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_PLACEMENT_H_
