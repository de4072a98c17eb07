#include "engine/order/steady_state.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"

namespace pipesched {
namespace {

constexpr int kLongestPeriod = 12;

// Ops [begin, end) of the order: what a rank starts in the stretch.
struct Stretch {
  size_t begin;
  size_t end;
};

// What a rank starts at the times [from, to).
Stretch StretchOf(const Order& order, const Timeline& timeline, size_t rank, int64_t from,
                  int64_t to) {
  const auto first = timeline.starts.begin() + order.rank_offsets[rank];
  const auto last = timeline.starts.begin() + order.rank_offsets[rank + 1];
  const auto begin = std::lower_bound(first, last, from);
  const auto end = std::lower_bound(begin, last, to);
  return {static_cast<size_t>(begin - timeline.starts.begin()),
          static_cast<size_t>(end - timeline.starts.begin())};
}

// Where the order can be cut: before which ops a rank has run, of every stage and kind,
// the first microbatches without a gap. An entry an op, and one more a rank.
class Cuts {
 public:
  Cuts(const Placement& placement, const Order& order) {
    is_clean_.reserve(order.ops.size() + static_cast<size_t>(order.num_ranks()));
    std::vector<int> count(static_cast<size_t>(placement.num_stages()) * kNumOpKinds);
    std::vector<int> end = count;  // one more than the highest microbatch
    for (int r = 0; r < order.num_ranks(); ++r) {
      int with_gap = 0;
      is_clean_.push_back(true);
      for (const Op op : order.rank(r)) {
        const size_t at =
            static_cast<size_t>(op.stage()) * kNumOpKinds + static_cast<size_t>(op.kind());
        const bool had_gap = end[at] != count[at];
        ++count[at];
        end[at] = std::max(end[at], op.microbatch() + 1);
        with_gap += static_cast<int>(end[at] != count[at]) - static_cast<int>(had_gap);
        is_clean_.push_back(with_gap == 0);
      }
    }
  }

  // Whether the order can be cut before op `op` of rank `rank`, or after its last one.
  bool IsClean(size_t rank, size_t op) const { return is_clean_[op + rank]; }

 private:
  std::vector<bool> is_clean_;
};

// Whether the stretch runs `k` microbatches of every op of its stages.
bool RunsAllAlike(absl::Span<const Op> ops, const std::vector<int>& stages, size_t kinds_a_stage,
                  int k) {
  if (ops.size() != stages.size() * kinds_a_stage * static_cast<size_t>(k)) return false;
  std::vector<std::array<int, kNumOpKinds>> count(stages.size());
  for (const Op op : ops) {
    const auto at = std::lower_bound(stages.begin(), stages.end(), op.stage()) - stages.begin();
    if (++count[static_cast<size_t>(at)][static_cast<size_t>(op.kind())] > k) return false;
  }
  return true;
}

// When each forward of stage 0 starts, by microbatch.
std::vector<int64_t> FirstStarts(const Placement& placement, const Order& order,
                                 const Timeline& timeline) {
  const auto rank = static_cast<size_t>(placement.RankOf(0, 0));
  std::vector<int64_t> starts;
  for (int64_t i = order.rank_offsets[rank]; i < order.rank_offsets[rank + 1]; ++i) {
    const Op op = order.ops[static_cast<size_t>(i)];
    if (op.stage() == 0 && op.kind() == OpKind::kForward) {
      starts.push_back(timeline.starts[static_cast<size_t>(i)]);
    }
  }
  return starts;
}

// The moments at which the first stage takes up a microbatch and, some later, another.
struct Moments {
  int64_t from;
  int64_t to;
  int microbatches;  // between them
};

// Those that a period can lie between, the quickest a microbatch first; of equal ones
// the shorter, then the later.
std::vector<Moments> MomentsByPace(const std::vector<int64_t>& starts, int added) {
  std::vector<Moments> all;
  for (int k = 1; k <= kLongestPeriod; ++k) {
    if (added % k != 0) continue;
    const auto distance = static_cast<size_t>(k);
    for (size_t i = starts.size(); i-- > distance;) {
      all.push_back({starts[i - distance], starts[i], k});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Moments& a, const Moments& b) {
    return absl::int128(a.to - a.from) * b.microbatches <
           absl::int128(b.to - b.from) * a.microbatches;
  });
  return all;
}

// The stretches of all ranks between two moments, if they are a period; else nothing.
std::vector<Stretch> PeriodBetween(const Placement& placement, const Order& order,
                                   const Timeline& timeline, const Cuts& cuts, size_t kinds_a_stage,
                                   const Moments& moments) {
  std::vector<Stretch> stretches;
  for (int r = 0; r < order.num_ranks(); ++r) {
    const auto rank = static_cast<size_t>(r);
    const Stretch stretch = StretchOf(order, timeline, rank, moments.from, moments.to);
    if (!cuts.IsClean(rank, stretch.begin) || !cuts.IsClean(rank, stretch.end)) return {};
    const absl::Span<const Op> ops =
        absl::MakeConstSpan(order.ops).subspan(stretch.begin, stretch.end - stretch.begin);
    if (!RunsAllAlike(ops, placement.StagesOf(r), kinds_a_stage, moments.microbatches)) return {};
    stretches.push_back(stretch);
  }
  return stretches;
}

// Appends ops [begin, end) of `order` with their microbatches moved up by `shift`.
void AppendShifted(const Order& order, size_t begin, size_t end, int shift, Order& longer) {
  for (size_t i = begin; i < end; ++i) {
    const Op op = order.ops[i];
    longer.ops.emplace_back(op.kind(), op.stage(), op.microbatch() + shift, op.fused());
  }
}

Order Repeat(const Order& order, const std::vector<Stretch>& stretches, int k, int added) {
  Order longer;
  const size_t added_ops =
      (stretches[0].end - stretches[0].begin) * static_cast<size_t>(added / k) * stretches.size();
  longer.ops.reserve(order.ops.size() + added_ops);
  for (size_t r = 0; r < stretches.size(); ++r) {
    const auto first = static_cast<size_t>(order.rank_offsets[r]);
    const auto last = static_cast<size_t>(order.rank_offsets[r + 1]);
    AppendShifted(order, first, stretches[r].end, 0, longer);
    for (int shift = k; shift <= added; shift += k) {
      AppendShifted(order, stretches[r].begin, stretches[r].end, shift, longer);
    }
    AppendShifted(order, stretches[r].end, last, added, longer);
    longer.EndRank();
  }
  return longer;
}

}  // namespace

std::optional<Order> RepeatSteadyState(const Placement& placement, const Order& order,
                                       const Timeline& timeline, int old_microbatches,
                                       int num_microbatches) {
  const int added = num_microbatches - old_microbatches;
  const size_t kinds_a_stage = order.ops.size() / (static_cast<size_t>(placement.num_stages()) *
                                                   static_cast<size_t>(old_microbatches));
  const Cuts cuts(placement, order);
  const std::vector<int64_t> starts = FirstStarts(placement, order, timeline);
  for (const Moments& moments : MomentsByPace(starts, added)) {
    const std::vector<Stretch> stretches =
        PeriodBetween(placement, order, timeline, cuts, kinds_a_stage, moments);
    if (!stretches.empty()) return Repeat(order, stretches, moments.microbatches, added);
  }
  return std::nullopt;
}

}  // namespace pipesched
