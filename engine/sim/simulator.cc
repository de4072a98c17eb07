#include "engine/sim/simulator.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "engine/sim/data_flow.h"
#include "engine/sim/deadlock.h"
#include "engine/sim/ready_ranks.h"

namespace pipesched {
namespace {

constexpr int64_t kNotMade = -1;
constexpr size_t kOpsBetweenPolls = size_t{1} << 16;

// When each data is made, in ticks: a row of M a stage. Row 0 of the
// activations and the last row of the gradients stand for what needs no waiting
// for: the input of stage 0 and the loss of stage S - 1.
class DataTable {
 public:
  explicit DataTable(const PipelineShape& shape)
      : num_microbatches_(static_cast<size_t>(shape.num_microbatches)),
        first_gradient_((static_cast<size_t>(shape.num_stages()) + 1) * num_microbatches_),
        made_at_(2 * first_gradient_, kNotMade) {
    const auto row = static_cast<std::ptrdiff_t>(num_microbatches_);
    std::fill(made_at_.begin(), made_at_.begin() + row, 0);
    std::fill(made_at_.end() - row, made_at_.end(), 0);
  }

  size_t Index(Data data, int microbatch) const {
    const size_t base = data.kind == DataKind::kActivation ? num_microbatches_ : first_gradient_;
    return base + static_cast<size_t>(static_cast<std::ptrdiff_t>(data.stage) *
                                      static_cast<std::ptrdiff_t>(num_microbatches_)) +
           static_cast<size_t>(microbatch);
  }

  int64_t& operator[](size_t index) { return made_at_[index]; }

 private:
  size_t num_microbatches_;
  size_t first_gradient_;  // activations have rows -1 to S - 1, gradients 0 to S
  std::vector<int64_t> made_at_;
};

class Simulation {
 public:
  Simulation(const Pipeline& pipeline, const Placement& placement, const Order& order)
      : pipeline_(pipeline),
        placement_(placement),
        order_(order),
        data_(pipeline.shape),
        ready_(placement.num_ranks()),
        ranks_(static_cast<size_t>(placement.num_ranks())),
        activation_delays_(static_cast<size_t>(placement.num_stages())),
        gradient_delays_(static_cast<size_t>(placement.num_stages())) {
    timeline_.starts.resize(order.ops.size());
    timeline_.ends.resize(order.ops.size());
    for (int s = 0; s + 1 < placement.num_stages(); ++s) {
      if (placement.RankOf(s) == placement.RankOf(s + 1)) continue;
      const auto boundary = static_cast<size_t>(s);
      activation_delays_[boundary + 1] = pipeline.p2p_forward[boundary];
      gradient_delays_[boundary] = pipeline.p2p_backward[boundary];
    }
    for (int r = 0; r < placement.num_ranks(); ++r) {
      ranks_[static_cast<size_t>(r)].next_op = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r)]);
      ready_.Add(r);
    }
  }

  absl::StatusOr<Timeline> Run(Cancelled cancelled) {
    size_t ops_since_poll = 0;
    for (int r = ready_.Take(); r >= 0; r = ready_.Take()) {
      ops_since_poll += Visit(r);
      WakeNeighbours(r);
      if (ops_since_poll < kOpsBetweenPolls) continue;
      if (cancelled()) return absl::CancelledError("cancelled while simulating");
      ops_since_poll = 0;
    }
    std::vector<int64_t> stuck_at(ranks_.size());
    bool finished = true;
    for (size_t r = 0; r < ranks_.size(); ++r) {
      timeline_.makespan = std::max(timeline_.makespan, ranks_[r].clock);
      stuck_at[r] = static_cast<int64_t>(ranks_[r].next_op);
      finished = finished && stuck_at[r] == order_.rank_offsets[r + 1];
    }
    if (finished) return std::move(timeline_);
    return DescribeDeadlock(placement_, order_, stuck_at);
  }

 private:
  struct RankState {
    size_t next_op = 0;
    size_t waits_for = 0;  // index of the data that next_op misses
    bool blocked = false;
    int64_t clock = 0;  // end of the last op
  };

  // When `op` could start for its inputs; kNotMade if one is missing, which is
  // then rank.waits_for.
  int64_t InputsReadyAt(Op op, RankState& rank) {
    const auto needs = NeedsOf(op);
    const size_t own = data_.Index(needs[1], op.microbatch());
    const size_t remote = data_.Index(needs[0], op.microbatch());
    const int64_t remote_at = data_[remote];
    const int64_t own_at = data_[own];
    if (remote_at == kNotMade || own_at == kNotMade) {
      rank.waits_for = remote_at == kNotMade ? remote : own;
      return kNotMade;
    }
    const auto stage = static_cast<size_t>(op.stage());
    switch (op.kind()) {
      case OpKind::kForward: return remote_at + activation_delays_[stage];
      case OpKind::kBackward:
      case OpKind::kBackwardInput: return std::max(own_at, remote_at + gradient_delays_[stage]);
      case OpKind::kBackwardWeight: break;
    }
    return own_at;
  }

  void Place(size_t index, int64_t start, int64_t end) {
    const Op op = order_.ops[index];
    timeline_.starts[index] = start;
    timeline_.ends[index] = end;
    if (MakesData(op.kind())) {
      data_[data_.Index({MadeBy(op.kind()), op.stage()}, op.microbatch())] = end;
    }
  }

  // Runs ops of rank `r` until one misses an input, or for long enough to poll.
  // Returns how many.
  size_t Visit(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    const size_t first = rank.next_op;
    const auto last = static_cast<size_t>(order_.rank_offsets[static_cast<size_t>(r) + 1]);
    const size_t pause = std::min(last, first + kOpsBetweenPolls);
    size_t i = first;
    int64_t clock = rank.clock;
    rank.blocked = false;
    while (i < pause) {
      const Op op = order_.ops[i];
      int64_t start = InputsReadyAt(op, rank);
      if (start == kNotMade) break;
      start = std::max(start, clock);
      if (!op.fused()) {
        clock = start + pipeline_.stages[static_cast<size_t>(op.stage())].Time(op.kind());
        Place(i++, start, clock);
        continue;
      }
      const Op backward = order_.ops[i + 1];
      const int64_t backward_ready = InputsReadyAt(backward, rank);
      if (backward_ready == kNotMade) break;
      start = std::max(start, backward_ready);
      clock = start + PairTime(pipeline_.stages[static_cast<size_t>(op.stage())],
                               pipeline_.stages[static_cast<size_t>(backward.stage())]);
      Place(i++, start, clock);
      Place(i++, start, clock);
    }
    rank.next_op = i;
    rank.clock = clock;
    if (i < pause) {
      rank.blocked = true;
    } else if (i < last) {
      ready_.Add(r);
    }
    return i - first;
  }

  void Wake(int stage) {
    if (stage < 0 || stage >= placement_.num_stages()) return;
    const int r = placement_.RankOf(stage);
    RankState& rank = ranks_[static_cast<size_t>(r)];
    if (!rank.blocked || data_[rank.waits_for] == kNotMade) return;
    rank.blocked = false;
    ready_.Add(r);
  }

  void WakeNeighbours(int r) {
    for (const int stage : placement_.StagesOf(r)) {
      Wake(stage - 1);
      Wake(stage + 1);
    }
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Order& order_;
  DataTable data_;
  ReadyRanks ready_;
  std::vector<RankState> ranks_;
  std::vector<int64_t> activation_delays_;  // of what F(s) needs from stage s - 1
  std::vector<int64_t> gradient_delays_;    // of what B(s) or I(s) needs from stage s + 1
  Timeline timeline_;
};

}  // namespace

absl::StatusOr<Timeline> Simulate(const Pipeline& pipeline, const Placement& placement,
                                  const Order& order, Cancelled cancelled) {
  return Simulation(pipeline, placement, order).Run(cancelled);
}

}  // namespace pipesched
