#include "engine/search/fixed_kinds.h"

#include <cstddef>
#include <utility>

#include "engine/metrics/lower_bound.h"
#include "engine/metrics/memory.h"
#include "engine/order/registry.h"
#include "engine/search/free_start.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

bool Fits(const Pipeline& pipeline, const Placement& placement, const Order& order) {
  for (size_t r = 0; r < pipeline.memory_limit_bytes.size(); ++r) {
    const int rank = static_cast<int>(r);
    if (FindMemoryPeak(pipeline, placement, rank, order.rank(rank)).bytes >
        pipeline.memory_limit_bytes[r]) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<int64_t> ValueOf(const Pipeline& pipeline, const Placement& placement,
                               const Order& order, SearchObjective objective, Timeline& timeline,
                               Cancelled cancelled) {
  switch (objective) {
    case SearchObjective::kMakespan: return timeline.makespan;
    case SearchObjective::kLongestRankSpanFreeStart:
      return DelayStarts(pipeline, placement, order, timeline, cancelled);
    case SearchObjective::kLongestRankSpan: break;
  }
  int64_t span = 0;
  for (int r = 0; r < order.num_ranks(); ++r) {
    const auto begin = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r)]);
    const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r) + 1]);
    if (begin < end) span = std::max(span, timeline.ends[end - 1] - timeline.starts[begin]);
  }
  return span;
}

std::vector<SearchAnswer> FixedKinds(const SearchProblem& problem, const Pipeline& pipeline,
                                     PlacementKind placement_kind, Cancelled cancelled) {
  std::vector<SearchAnswer> answers;
  const Placement placement = MakePlacement(placement_kind, pipeline.shape);
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr || kind.placement != placement_kind) continue;
    if (!kind.check(pipeline.shape, {}).empty()) continue;
    absl::StatusOr<Order> order = kind.make_order(pipeline, {}, cancelled);
    if (!order.ok()) continue;
    if (!problem.split_backward && FormsOf(*order).split_backward) continue;
    if (!Fits(pipeline, placement, *order)) continue;
    absl::StatusOr<Timeline> timeline = Simulate(pipeline, placement, *order, cancelled);
    if (!timeline.ok()) continue;
    SearchAnswer answer{
        pipeline, placement, *std::move(order), *std::move(timeline), 0, std::string(kind.name)};
    const std::optional<int64_t> value =
        ValueOf(pipeline, placement, answer.order, problem.objective, answer.timeline, cancelled);
    if (!value) continue;
    answer.value = *value;
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace pipesched
