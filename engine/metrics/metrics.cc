#include "engine/metrics/metrics.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "engine/metrics/lower_bound.h"

namespace pipesched {
namespace {

RankMetrics OfRank(const Pipeline& pipeline, const Placement& placement, const Order& order,
                   const Timeline& timeline, int rank) {
  RankMetrics metrics;
  metrics.peak = FindMemoryPeak(pipeline, placement, rank, order.rank(rank));
  const auto begin = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank)]);
  const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank) + 1]);
  if (begin == end) {
    metrics.idle_before = timeline.makespan;
    return metrics;
  }
  for (size_t i = begin; i < end; ++i) {
    const Op op = order.ops[i];
    const bool counted_with_forward = op.fused() && op.kind() == OpKind::kBackward;
    if (!counted_with_forward) metrics.busy += timeline.ends[i] - timeline.starts[i];
  }
  metrics.idle_before = timeline.starts[begin];
  metrics.idle_after = timeline.makespan - timeline.ends[end - 1];
  metrics.idle_between =
      timeline.makespan - metrics.busy - metrics.idle_before - metrics.idle_after;
  return metrics;
}

}  // namespace

absl::StatusOr<Metrics> ComputeMetrics(const Pipeline& pipeline, const Placement& placement,
                                       const Order& order, const Timeline& timeline,
                                       Cancelled cancelled) {
  Metrics metrics;
  metrics.makespan = timeline.makespan;
  absl::int128 busy = 0;  // P * makespan can pass 2^63.
  absl::int128 idle = 0;
  int64_t most_busy = 0;
  metrics.ranks.reserve(static_cast<size_t>(order.num_ranks()));
  for (int r = 0; r < order.num_ranks(); ++r) {
    if (cancelled()) return absl::CancelledError("cancelled while measuring");
    const RankMetrics rank = OfRank(pipeline, placement, order, timeline, r);
    busy += rank.busy;
    idle += rank.idle();
    most_busy = std::max(most_busy, rank.busy);
    metrics.longest_rank_span =
        std::max(metrics.longest_rank_span, timeline.makespan - rank.idle_before - rank.idle_after);
    metrics.ranks.push_back(rank);
  }
  metrics.bubble_rate = static_cast<double>(idle) / static_cast<double>(idle + busy);
  metrics.bubble_overhead = static_cast<double>(idle) / static_cast<double>(busy);
  const auto span = static_cast<double>(metrics.longest_rank_span);
  metrics.longest_span_bubble_rate = (span - static_cast<double>(most_busy)) / span;
  metrics.lower_bound = LowerBound(pipeline, placement, FormsOf(order));
  const auto bound = static_cast<double>(metrics.lower_bound);
  metrics.gap = (static_cast<double>(metrics.makespan) - bound) / bound;
  absl::StatusOr<CriticalPath> path =
      FindCriticalPath(pipeline, placement, order, timeline, cancelled);
  if (!path.ok()) return path.status();
  metrics.critical_path = *std::move(path);
  return metrics;
}

}  // namespace pipesched
