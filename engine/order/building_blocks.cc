#include "engine/order/building_blocks.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/order/justify.h"
#include "engine/order/phases.h"
#include "engine/order/steady_state.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

// Microbatches that are fitted beside those that a block takes to get through: room
// for the steady state between what happens at the ends.
constexpr int kSteadyMicrobatches = 48;

// Rounds of fitting after which the best block is known, and that are made at most.
constexpr int kRoundsToChoose = 1;
constexpr int kMostRounds = 100;

// Of how many microbatches a steady state may be: those left out are a multiple of it.
constexpr int kGrid = 12;

// Most ops, over all blocks, that are timed to choose a block: less than a second.
constexpr int64_t kMostTimedOps = int64_t{1} << 21;

// Periods from the first to the last op of a block.
int LengthOf(const Block& block, int num_ranks) {
  int length = 0;
  for (int r = 0; r < num_ranks; ++r) {
    for (const BlockOp& op : block.ops_of(r)) length = std::max(length, op.time / block.period);
  }
  return length;
}

// The microbatches to fit an order for, before its steady state is repeated.
int FittedMicrobatches(const PipelineShape& shape, absl::Span<const Block> blocks) {
  int length = 0;
  for (const Block& block : blocks) length = std::max(length, LengthOf(block, shape.num_ranks));
  const int enough = length + kSteadyMicrobatches;
  const int surplus = std::max(0, shape.num_microbatches - enough);
  return shape.num_microbatches - surplus / kGrid * kGrid;
}

// The order that repeats a block, how much each rank may hold, and when the ops run.
struct Candidate {
  const Block* block = nullptr;
  Order order = {};
  std::vector<int> most_alive = {};
  Timeline timeline = {};
};

// Nothing if the block holds more than `most_alive`. Without the timeline.
absl::StatusOr<std::optional<Candidate>> MakeCandidate(const PipelineShape& shape,
                                                       const Block& block, int most_alive,
                                                       Cancelled cancelled) {
  absl::StatusOr<Order> order = RepeatBlock(shape, block, cancelled);
  if (!order.ok()) return order.status();
  Candidate candidate{.block = &block, .order = *std::move(order)};
  candidate.most_alive = PeakActivations(candidate.order);
  std::vector<int>& peaks = candidate.most_alive;
  if (most_alive > 0) {
    if (*std::max_element(peaks.begin(), peaks.end()) > most_alive) return std::nullopt;
    std::fill(peaks.begin(), peaks.end(), most_alive);
  }
  return candidate;
}

// Fits the candidate to the times.
absl::Status Fit(const Pipeline& pipeline, const Placement& placement, int most_rounds,
                 Candidate& candidate, Cancelled cancelled) {
  absl::StatusOr<Order> order =
      Justify(pipeline, placement, candidate.order, candidate.most_alive, most_rounds, cancelled);
  if (!order.ok()) return order.status();
  candidate.order = *std::move(order);
  absl::StatusOr<Timeline> timeline = Simulate(pipeline, placement, candidate.order, cancelled);
  if (!timeline.ok()) return timeline.status();
  candidate.timeline = *std::move(timeline);
  return absl::OkStatus();
}

// The block whose order is the shortest after some rounds of fitting, fitted to the end.
absl::StatusOr<Candidate> FitBest(const Pipeline& pipeline, const Placement& placement,
                                  absl::Span<const Block> blocks, int most_alive,
                                  Cancelled cancelled) {
  std::optional<Candidate> shortest;
  for (const Block& block : blocks) {
    absl::StatusOr<std::optional<Candidate>> made =
        MakeCandidate(pipeline.shape, block, most_alive, cancelled);
    if (!made.ok()) return made.status();
    std::optional<Candidate>& candidate = *made;
    if (!candidate) continue;
    if (blocks.size() > 1) {
      absl::Status fitted = Fit(pipeline, placement, kRoundsToChoose, *candidate, cancelled);
      if (!fitted.ok()) return fitted;
    }
    if (shortest && candidate->timeline.makespan >= shortest->timeline.makespan) continue;
    shortest = std::move(candidate);
  }
  absl::Status fitted = Fit(pipeline, placement, kMostRounds, *shortest, cancelled);
  if (!fitted.ok()) return fitted;
  return *std::move(shortest);
}

// Over all blocks.
int64_t OpsAMicrobatch(const PipelineShape& shape, absl::Span<const Block> blocks) {
  return static_cast<int64_t>(blocks[0].ops_of(0).size() * blocks.size()) * shape.num_ranks;
}

bool CanBeFitted(const PipelineShape& shape, absl::Span<const Block> blocks) {
  return shape.num_microbatches <= kMostFittedOps / OpsAMicrobatch(shape, blocks);
}

// The order of a block as it is: of those that keep to the limit the shortest, judged
// by as many microbatches as are quickly timed.
absl::StatusOr<Order> ShortestUnfitted(const Pipeline& pipeline, const Placement& placement,
                                       absl::Span<const Block> blocks, int most_alive,
                                       Cancelled cancelled) {
  Pipeline shorter = pipeline;
  const int64_t microbatches = kMostTimedOps / OpsAMicrobatch(pipeline.shape, blocks);
  shorter.shape.num_microbatches = static_cast<int>(
      std::clamp(microbatches, int64_t{1}, int64_t{pipeline.shape.num_microbatches}));
  std::vector<std::pair<int64_t, size_t>> by_makespan;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const absl::StatusOr<Order> order = RepeatBlock(shorter.shape, blocks[i], cancelled);
    if (!order.ok()) return order.status();
    const absl::StatusOr<Timeline> timeline = Simulate(shorter, placement, *order, cancelled);
    if (!timeline.ok()) return timeline.status();
    by_makespan.emplace_back(timeline->makespan, i);
  }
  std::sort(by_makespan.begin(), by_makespan.end());
  for (const auto& [makespan, i] : by_makespan) {
    absl::StatusOr<std::optional<Candidate>> candidate =
        MakeCandidate(pipeline.shape, blocks[i], most_alive, cancelled);
    if (!candidate.ok()) return candidate.status();
    if (*candidate) return std::move((*candidate)->order);
  }
  return absl::InternalError("all blocks hold too much");  // See FitBlocks.
}

}  // namespace

absl::StatusOr<Order> RepeatBlock(const PipelineShape& shape, const Block& block,
                                  Cancelled cancelled) {
  // In each period an op of the block runs once, for the microbatch whose block began
  // time / period periods ago.
  const int m = shape.num_microbatches;
  const auto age = [&](const BlockOp& op) { return op.time / block.period; };
  const auto runs_before = [&](const BlockOp& a, const BlockOp& b) {
    const auto key = [&](const BlockOp& op) {
      return std::tuple(op.time % block.period, op.kind != OpKind::kForward, -age(op));
    };
    return key(a) < key(b);
  };
  Order order = EmptyOrder(shape, 3);
  for (int r = 0; r < shape.num_ranks; ++r) {
    if (cancelled()) return absl::CancelledError("cancelled while repeating a block");
    std::vector<BlockOp> ops = block.ops_of(r);
    std::stable_sort(ops.begin(), ops.end(),
                     [&](const BlockOp& a, const BlockOp& b) { return age(a) < age(b); });
    std::vector<BlockOp> running;  // those with a microbatch in this period
    size_t next = 0;
    for (int k = 0; next < ops.size() || !running.empty(); ++k) {
      if (running.empty()) k = age(ops[next]);  // Nothing runs until then.
      for (; next < ops.size() && age(ops[next]) == k; ++next) {
        running.insert(std::upper_bound(running.begin(), running.end(), ops[next], runs_before),
                       ops[next]);
      }
      for (const BlockOp& op : running) order.ops.emplace_back(op.kind, op.stage, k - age(op));
      const auto is_done = [&](const BlockOp& op) { return k - age(op) == m - 1; };
      running.erase(std::remove_if(running.begin(), running.end(), is_done), running.end());
    }
    order.EndRank();
  }
  return order;
}

std::vector<int> PeakActivations(const Order& order) {
  std::vector<int> peaks;
  for (int r = 0; r < order.num_ranks(); ++r) {
    int alive = 0;
    int peak = 0;
    for (const Op op : order.rank(r)) {
      alive += ActivationChange(op.kind());
      peak = std::max(peak, alive);
    }
    peaks.push_back(peak);
  }
  return peaks;
}

absl::StatusOr<Order> FitBlocks(const Pipeline& pipeline, const Placement& placement,
                                absl::Span<const Block> blocks, int most_alive,
                                Cancelled cancelled) {
  const PipelineShape& shape = pipeline.shape;
  Pipeline shorter = pipeline;
  shorter.shape.num_microbatches = FittedMicrobatches(shape, blocks);
  std::vector<Block> candidates(blocks.begin(), blocks.end());
  if (shorter.shape.num_microbatches < shape.num_microbatches &&
      CanBeFitted(shorter.shape, candidates)) {
    const absl::StatusOr<Candidate> fitted =
        FitBest(shorter, placement, candidates, most_alive, cancelled);
    if (!fitted.ok()) return fitted.status();
    std::optional<Order> longer =
        RepeatSteadyState(placement, fitted->order, fitted->timeline,
                          shorter.shape.num_microbatches, shape.num_microbatches);
    if (longer) return *std::move(longer);
    candidates = {*fitted->block};
  }
  if (!CanBeFitted(shape, candidates)) {
    return ShortestUnfitted(pipeline, placement, candidates, most_alive, cancelled);
  }
  absl::StatusOr<Candidate> fitted =
      FitBest(pipeline, placement, candidates, most_alive, cancelled);
  if (!fitted.ok()) return fitted.status();
  return std::move(fitted->order);
}

}  // namespace pipesched
