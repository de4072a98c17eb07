#include "engine/sim/simulator.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/model/column.h"
#include "engine/sim/data_flow.h"
#include "engine/sim/deadlock.h"

namespace pipesched {
namespace {

constexpr int64_t kNotMade = -1;
constexpr size_t kOpsBetweenPolls = size_t{1} << 16;

// When each data is made, in ticks: a row of M a stage and kind of data, padded
// so that rows do not share their places in the cache where M is a power of two. Rows
// beside the stages stand for data that needs no waiting for (stage 0's input,
// the loss) and for what a backward for weights makes, which nobody needs.
class DataTable {
 public:
  explicit DataTable(const PipelineShape& shape)
      : row_size_(RowSize(static_cast<size_t>(shape.num_microbatches))),
        num_stages_(static_cast<size_t>(shape.num_stages())),
        made_at_((2 * num_stages_ + 2) * row_size_, kNotMade) {
    std::fill_n(AlwaysThere(), row_size_, 0);
  }

  int64_t* Row(Data data) {
    const auto stage = static_cast<size_t>(data.stage);
    if (stage >= num_stages_) return AlwaysThere();  // -1 too.
    return RowAt(data.kind == DataKind::kActivation ? stage : num_stages_ + stage);
  }

  int64_t* NobodyNeeds() { return RowAt(2 * num_stages_ + 1); }

 private:
  int64_t* RowAt(size_t row) { return made_at_.data() + row * row_size_; }
  int64_t* AlwaysThere() { return RowAt(2 * num_stages_); }

  // Short rows need no padding, and would be mostly that.
  static size_t RowSize(size_t num_microbatches) {
    return num_microbatches < 64 ? num_microbatches : num_microbatches + 24;
  }

  size_t row_size_;
  size_t num_stages_;
  Column<int64_t> made_at_;
};

// How the ops of one kind run at one stage: NeedsOf() worked out to rows of the
// data table, each indexed by microbatch.
struct Recipe {
  const int64_t* remote_input;  // usable `delay` ticks after it is made
  const int64_t* own_input;
  int64_t* output;
  int64_t delay;
  int64_t time;
};

class Simulation {
 public:
  Simulation(const Pipeline& pipeline, const Placement& placement, const Order& order,
             const Pauses& pauses)
      : pipeline_(pipeline),
        placement_(placement),
        order_(order),
        pauses_(pauses),
        data_(pipeline.shape),
        ranks_(static_cast<size_t>(placement.num_ranks())) {
    timeline_.starts.resize(order.ops.size());
    timeline_.ends.resize(order.ops.size());
    recipes_.reserve(static_cast<size_t>(placement.num_stages()) * kNumOpKinds);
    for (int s = 0; s < placement.num_stages(); ++s) {
      for (int kind = 0; kind < kNumOpKinds; ++kind) {
        recipes_.push_back(MakeRecipe(static_cast<OpKind>(kind), s));
      }
    }
    for (int r = placement.num_ranks() - 1; r >= 0; --r) {
      const auto rank = static_cast<size_t>(r);
      ranks_[rank].next_op = static_cast<size_t>(order.rank_offsets[rank]);
      ranks_[rank].end = static_cast<size_t>(order.rank_offsets[rank + 1]);
      ready_.push_back(r);
    }
    for (int r = 0; r < placement.num_ranks(); ++r) AddNeighbours(r);
  }

  absl::StatusOr<Timeline> Run(Cancelled cancelled) {
    size_t ops_since_poll = 0;
    while (!ready_.empty()) {
      const int r = ready_.back();
      ready_.pop_back();
      ops_since_poll += Visit(r);
      WakeNeighbours(r);
      if (ops_since_poll < kOpsBetweenPolls) continue;
      if (cancelled()) return absl::CancelledError("cancelled while simulating");
      ops_since_poll = 0;
    }
    std::vector<int64_t> stuck_at(ranks_.size());
    bool finished = true;
    for (size_t r = 0; r < ranks_.size(); ++r) {
      const int64_t pause = pauses_.empty() ? 0 : pauses_.after[r];
      timeline_.makespan = std::max(timeline_.makespan, ranks_[r].clock + pause);
      stuck_at[r] = static_cast<int64_t>(ranks_[r].next_op);
      finished = finished && stuck_at[r] == order_.rank_offsets[r + 1];
    }
    if (finished) return std::move(timeline_);
    return DescribeDeadlock(placement_, order_, stuck_at);
  }

 private:
  struct RankState {
    size_t next_op = 0;
    size_t end = 0;                      // of the rank's ops
    int64_t clock = 0;                   // end of the last op
    const int64_t* waits_for = nullptr;  // what next_op misses; null: the rank is not blocked
    size_t first_neighbour = 0;          // in neighbours_
    size_t end_of_neighbours = 0;
  };

  Recipe MakeRecipe(OpKind kind, int stage) {
    const auto needs = NeedsOf(Op(kind, stage, 0));
    Recipe recipe{
        .remote_input = data_.Row(needs[0]),
        .own_input = data_.Row(needs[1]),
        .output = MakesData(kind) ? data_.Row({MadeBy(kind), stage}) : data_.NobodyNeeds(),
        .delay = 0,
        .time = pipeline_.stages[static_cast<size_t>(stage)].Time(kind)};
    const int from = needs[0].stage;
    if (0 <= from && from < placement_.num_stages() && from != stage) {
      recipe.delay = EdgeDelay(pipeline_, placement_, from, stage);
    }
    return recipe;
  }

  static size_t RecipeIndex(Op op) {
    return static_cast<size_t>(op.stage()) * kNumOpKinds + static_cast<size_t>(op.kind());
  }

  // When the inputs of a microbatch are there, or less than 0 if one is missing.
  static int64_t InputsReadyAt(const Recipe& recipe, size_t microbatch) {
    const int64_t remote = recipe.remote_input[microbatch];
    const int64_t own = recipe.own_input[microbatch];
    return (remote | own) < 0 ? kNotMade : std::max(remote + recipe.delay, own);
  }

  // The input that InputsReadyAt missed.
  static const int64_t* MissingInput(const Recipe& recipe, size_t microbatch) {
    const int64_t* const remote = recipe.remote_input + microbatch;
    return *remote == kNotMade ? remote : recipe.own_input + microbatch;
  }

  // Asks for the cache lines that the rank's next visits touch. A visit to a rank
  // is short and the next one far away, too irregular for the processor to guess.
  static void PrefetchInputs(const Recipe& recipe, size_t microbatch) {
    constexpr size_t kAhead = 16;  // two lines
    __builtin_prefetch(recipe.remote_input + microbatch + kAhead);
    __builtin_prefetch(recipe.own_input + microbatch + kAhead);
    __builtin_prefetch(recipe.output + microbatch + kAhead, /*rw=*/1);
  }

  // Runs ops of rank `r` until one misses an input, or for long enough to poll.
  // Returns how many.
  size_t Visit(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    const Op* const ops = order_.ops.data();
    const Recipe* const recipes = recipes_.data();
    int64_t* const starts = timeline_.starts.data();
    int64_t* const ends = timeline_.ends.data();
    const int64_t* const pauses = pauses_.empty() ? nullptr : pauses_.before.data();
    const size_t first = rank.next_op;
    const size_t pause = std::min(rank.end, first + kOpsBetweenPolls);
    const int64_t* waits_for = nullptr;
    size_t i = first;
    int64_t clock = rank.clock;
    while (i < pause) {
      const Op op = ops[i];
      const auto microbatch = static_cast<size_t>(op.microbatch());
      const Recipe& recipe = recipes[RecipeIndex(op)];
      const int64_t ready = InputsReadyAt(recipe, microbatch);
      if (ready < 0) {
        waits_for = MissingInput(recipe, microbatch);
        break;
      }
      int64_t start = std::max(ready, pauses == nullptr ? clock : clock + pauses[i]);
      int64_t end = start + recipe.time;
      if (op.fused()) {  // With the B that follows, as one block.
        const Op backward = ops[i + 1];
        const auto other = static_cast<size_t>(backward.microbatch());
        const Recipe& backward_recipe = recipes[RecipeIndex(backward)];
        const int64_t backward_ready = InputsReadyAt(backward_recipe, other);
        if (backward_ready < 0) {
          waits_for = MissingInput(backward_recipe, other);
          break;
        }
        start = std::max(start, backward_ready);
        end = start + PairTime(pipeline_.stages[static_cast<size_t>(op.stage())],
                               pipeline_.stages[static_cast<size_t>(backward.stage())]);
        backward_recipe.output[other] = end;
        starts[i + 1] = start;
        ends[i + 1] = end;
        ++i;
      }
      recipe.output[microbatch] = end;
      PrefetchInputs(recipe, microbatch);
      const size_t forward_index = op.fused() ? i - 1 : i;
      starts[forward_index] = start;
      ends[forward_index] = end;
      clock = end;
      ++i;
    }
    __builtin_prefetch(ops + i + 16);
    __builtin_prefetch(starts + i + 16, /*rw=*/1);
    __builtin_prefetch(ends + i + 16, /*rw=*/1);
    rank.next_op = i;
    rank.clock = clock;
    rank.waits_for = waits_for;
    if (waits_for == nullptr && i < rank.end) ready_.push_back(r);
    return i - first;
  }

  // Lists the ranks that data of rank `r` goes to.
  void AddNeighbours(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    rank.first_neighbour = neighbours_.size();
    for (int replica = 0; replica < placement_.num_replicas(); ++replica) {
      for (const int stage : placement_.StagesOf(r)) {
        if (placement_.RankOfReplica(stage, replica) == r) AddRanksBeside(stage, replica, r);
      }
    }
    rank.end_of_neighbours = neighbours_.size();
  }

  void AddRanksBeside(int stage, int replica, int r) {
    for (const int other : {stage - 1, stage + 1}) {
      if (other < 0 || other >= placement_.num_stages()) continue;
      const int neighbour = placement_.RankOfReplica(other, replica);
      const auto first = neighbours_.begin() + static_cast<std::ptrdiff_t>(
                                                   ranks_[static_cast<size_t>(r)].first_neighbour);
      const bool is_new = std::find(first, neighbours_.end(), neighbour) == neighbours_.end();
      if (neighbour != r && is_new) neighbours_.push_back(neighbour);
    }
  }

  // Makes those neighbours of rank `r` ready whose missing input it made.
  void WakeNeighbours(int r) {
    const RankState& rank = ranks_[static_cast<size_t>(r)];
    for (size_t i = rank.first_neighbour; i < rank.end_of_neighbours; ++i) {
      RankState& neighbour = ranks_[static_cast<size_t>(neighbours_[i])];
      if (neighbour.waits_for == nullptr || *neighbour.waits_for == kNotMade) continue;
      neighbour.waits_for = nullptr;
      ready_.push_back(neighbours_[i]);
    }
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Order& order_;
  const Pauses& pauses_;
  DataTable data_;
  std::vector<Recipe> recipes_;  // stage by stage, kNumOpKinds each
  // The ranks that can run another op, the last one next. A rank that was just
  // woken, of those the one with the later stage, so runs first: the later
  // stages of 1F1B hold fewer microbatches, and are so done with all that they
  // were given before an earlier one runs again. That makes M * (1 + 1/2 + ... +
  // 1/P) visits, where going round the ranks makes M * P.
  std::vector<int> ready_;
  std::vector<RankState> ranks_;
  std::vector<int> neighbours_;
  Timeline timeline_;
};

}  // namespace

absl::StatusOr<Timeline> Simulate(const Pipeline& pipeline, const Placement& placement,
                                  const Order& order, Cancelled cancelled, const Pauses& pauses) {
  return Simulation(pipeline, placement, order, pauses).Run(cancelled);
}

}  // namespace pipesched
