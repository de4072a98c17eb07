#include "engine/order/chimera.h"

#include <array>
#include <cstddef>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "engine/order/one_f_one_b.h"
#include "engine/order/phases.h"

namespace pipesched {
namespace {

constexpr int kForwardTime = 1;
constexpr int kBackwardTime = 2;
constexpr int kVisitsBetweenPolls = 1 << 16;

// The run at F = 1, B = 2 that merges the 1F1B orders of the two replicas, one unit of
// time after the other.
class Merge {
 public:
  explicit Merge(const PipelineShape& shape)
      : num_ranks_(shape.num_ranks),
        half_(shape.num_microbatches / 2),
        one_replica_(Make1F1BOrder({.num_ranks = num_ranks_, .num_microbatches = half_}, {})),
        ranks_(static_cast<size_t>(num_ranks_)) {
    for (int r = 0; r < num_ranks_; ++r) {
      RankState& rank = ranks_[static_cast<size_t>(r)];
      rank.left = {one_replica_.rank(r), one_replica_.rank(num_ranks_ - 1 - r)};
      rank.ops.reserve(rank.left[0].size() + rank.left[1].size());
    }
    for (auto& of_replica : done_) of_replica.resize(static_cast<size_t>(num_ranks_));
  }

  absl::StatusOr<Order> Run(const PipelineShape& shape, Cancelled cancelled) {
    const int steps_between_polls = kVisitsBetweenPolls / num_ranks_ + 1;
    size_t left = 2 * one_replica_.ops.size();
    for (int now = 0; left > 0; ++now) {
      if (now % steps_between_polls == 0 && cancelled()) {
        return absl::CancelledError("cancelled while merging");
      }
      for (RankState& rank : ranks_) EndOp(rank, now);
      for (RankState& rank : ranks_) left -= StartOp(rank, now) ? 1 : 0;
    }
    Order order = EmptyOrder(shape, 2);
    for (const RankState& rank : ranks_) {
      order.ops.insert(order.ops.end(), rank.ops.begin(), rank.ops.end());
      order.EndRank();
    }
    return order;
  }

 private:
  // How many forwards and backwards of a stage have ended. They run in the order of
  // the microbatches.
  struct Done {
    int forwards = 0;
    int backwards = 0;
  };

  struct RankState {
    std::array<absl::Span<const Op>, 2> left;  // of its 1F1B order in each replica
    Column<Op> ops;                            // started so far
    int ends_at = 0;                           // when the last of them ends
    bool is_running = false;
  };

  void EndOp(RankState& rank, int now) {
    if (!rank.is_running || rank.ends_at != now) return;
    rank.is_running = false;
    const Op op = rank.ops.back();
    Done& done = done_[ReplicaOf(op)][static_cast<size_t>(op.stage())];
    ++(op.kind() == OpKind::kForward ? done.forwards : done.backwards);
  }

  // Starts the more urgent head that is ready, if the rank is free and one is.
  bool StartOp(RankState& rank, int now) {
    if (rank.is_running) return false;
    size_t chosen = rank.left.size();
    for (size_t replica = 0; replica < rank.left.size(); ++replica) {
      if (rank.left[replica].empty() || !IsReady(replica, rank.left[replica][0])) continue;
      const bool is_first = chosen == rank.left.size();
      if (is_first || Urgency(rank.left[replica][0]) < Urgency(rank.left[chosen][0])) {
        chosen = replica;
      }
    }
    if (chosen == rank.left.size()) return false;
    const Op op = rank.left[chosen][0];
    rank.left[chosen].remove_prefix(1);
    rank.ops.emplace_back(op.kind(), op.stage(),
                          op.microbatch() + static_cast<int>(chosen) * half_);
    rank.ends_at = now + (op.kind() == OpKind::kForward ? kForwardTime : kBackwardTime);
    rank.is_running = true;
    return true;
  }

  bool IsReady(size_t replica, Op op) const {
    const auto stage = static_cast<size_t>(op.stage());
    const std::vector<Done>& done = done_[replica];
    if (op.kind() == OpKind::kForward) {
      return stage == 0 || done[stage - 1].forwards > op.microbatch();
    }
    return done[stage].forwards > op.microbatch() &&
           (stage + 1 == done.size() || done[stage + 1].backwards > op.microbatch());
  }

  size_t ReplicaOf(Op op) const { return op.microbatch() < half_ ? 0 : 1; }

  // The least goes first. `op` has the microbatch that it has in its replica.
  static std::tuple<bool, int, int> Urgency(Op op) {
    return {op.kind() == OpKind::kForward, op.microbatch(), -op.stage()};
  }

  const int num_ranks_;
  const int half_;  // microbatches of a replica
  const Order one_replica_;
  std::vector<RankState> ranks_;
  std::array<std::vector<Done>, 2> done_;  // by replica, stage
};

}  // namespace

absl::StatusOr<Order> MakeChimeraOrder(const Pipeline& pipeline, const ScheduleParams&,
                                       Cancelled cancelled) {
  return Merge(pipeline.shape).Run(pipeline.shape, cancelled);
}

}  // namespace pipesched
