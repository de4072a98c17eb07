#include "engine/search/free_start.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/numeric/int128.h"
#include "engine/sim/data_flow.h"

namespace pipesched {
namespace {

constexpr size_t kStepsAPoll = 2'000'000;  // a few ms

constexpr int64_t kNoPath = std::numeric_limits<int64_t>::min();

// Longest paths from all sources to one point: longest[q], kNoPath if there is none.
void Raise(int64_t* to, const int64_t* from, int64_t delay, size_t count) {
  for (size_t q = 0; q < count; ++q) {
    const int64_t through = from[q] == kNoPath ? kNoPath : from[q] + delay;
    to[q] = std::max(to[q], through);
  }
}

void Add(int64_t* to, int64_t time, size_t count) {
  for (size_t q = 0; q < count; ++q) to[q] = to[q] == kNoPath ? kNoPath : to[q] + time;
}

// An order as a graph, its ops as they come in the order; the two ops of a fused pair are
// one node, that of the first.
class Graph {
 public:
  Graph(const Pipeline& pipeline, const Placement& placement, const Order& order,
        const Timeline& timeline)
      : pipeline_(pipeline), placement_(placement), order_(order), timeline_(timeline) {
    const auto entries = static_cast<size_t>(placement.num_stages()) *
                         static_cast<size_t>(pipeline.shape.num_microbatches);
    maker_[0].resize(entries);
    maker_[1].resize(entries);
    rank_of_.resize(order.ops.size());
    for (int r = 0; r < order.num_ranks(); ++r) {
      for (int64_t i = order.rank_offsets[static_cast<size_t>(r)];
           i < order.rank_offsets[static_cast<size_t>(r) + 1]; ++i) {
        const Op op = order.ops[static_cast<size_t>(i)];
        rank_of_[static_cast<size_t>(i)] = r;
        if (MakesData(op.kind())) {
          const bool second = op.fused() && op.kind() != OpKind::kForward;
          Maker(MadeBy(op.kind()), op.stage(), op.microbatch()) =
              static_cast<size_t>(second ? i - 1 : i);
        }
      }
    }
  }

  bool IsSecond(size_t i) const {
    return order_.ops[i].fused() && order_.ops[i].kind() != OpKind::kForward;
  }
  int rank_of(size_t i) const { return rank_of_[i]; }
  bool IsFirst(size_t i) const {
    return static_cast<int64_t>(i) == order_.rank_offsets[static_cast<size_t>(rank_of_[i])];
  }
  int64_t Duration(size_t i) const { return timeline_.ends[i] - timeline_.starts[i]; }

  // Calls visit(node, delay) for each node whose end node `i` waits for.
  template <typename Visit>
  void ForNeeds(size_t i, Visit visit) const {
    if (!IsFirst(i)) visit(IsSecond(i - 1) ? i - 2 : i - 1, int64_t{0});
    const size_t parts = order_.ops[i].fused() ? 2 : 1;
    for (size_t k = i; k < i + parts; ++k) {
      const Op op = order_.ops[k];
      for (const Data data : NeedsOf(op)) {
        if (data.stage < 0 || data.stage >= placement_.num_stages()) continue;
        const int64_t delay =
            data.stage == op.stage() ? 0 : EdgeDelay(pipeline_, placement_, data.stage, op.stage());
        visit(const_cast<Graph*>(this)->Maker(data.kind, data.stage, op.microbatch()), delay);
      }
    }
  }

  // All nodes, each after those it waits for.
  std::vector<size_t> Sorted() const {
    const size_t count = order_.ops.size();
    std::vector<std::vector<size_t>> users(count);
    std::vector<int> open(count);
    std::vector<size_t> sorted;
    sorted.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      if (IsSecond(i)) continue;
      ForNeeds(i, [&](size_t need, int64_t) {
        users[need].push_back(i);
        ++open[i];
      });
      if (open[i] == 0) sorted.push_back(i);
    }
    for (size_t next = 0; next < sorted.size(); ++next) {
      for (const size_t user : users[sorted[next]]) {
        if (--open[user] == 0) sorted.push_back(user);
      }
    }
    return sorted;
  }

 private:
  size_t& Maker(DataKind kind, int stage, int microbatch) {
    return maker_[static_cast<size_t>(
        kind)][static_cast<size_t>(stage) * static_cast<size_t>(pipeline_.shape.num_microbatches) +
               static_cast<size_t>(microbatch)];
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Order& order_;
  const Timeline& timeline_;
  std::vector<size_t> maker_[2];
  std::vector<int> rank_of_;
};

}  // namespace

int64_t LargestCycleMean(const std::vector<int64_t>& path, int num_ranks) {
  const auto p = static_cast<size_t>(num_ranks);
  // longest[k][v]: the longest walk of k edges that ends at v.
  std::vector<std::vector<absl::int128>> longest(p + 1, std::vector<absl::int128>(p, -1));
  std::fill(longest[0].begin(), longest[0].end(), 0);
  for (size_t k = 1; k <= p; ++k) {
    for (size_t a = 0; a < p; ++a) {
      if (longest[k - 1][a] < 0) continue;
      for (size_t b = 0; b < p; ++b) {
        if (path[a * p + b] < 0) continue;
        longest[k][b] = std::max(longest[k][b], longest[k - 1][a] + path[a * p + b]);
      }
    }
  }
  int64_t mean = 0;
  for (size_t v = 0; v < p; ++v) {
    int64_t least = std::numeric_limits<int64_t>::max();
    for (size_t k = 0; k < p; ++k) {
      if (longest[k][v] < 0) continue;
      const absl::int128 edges = static_cast<int64_t>(p - k);
      const absl::int128 sum = longest[p][v] - longest[k][v];
      // Rounded up; a negative quotient can not be the largest mean.
      const absl::int128 up = sum <= 0 ? absl::int128(0) : (sum + edges - 1) / edges;
      least = std::min(least, static_cast<int64_t>(up));
    }
    mean = std::max(mean, least);
  }
  return mean;
}

FreeStart::FreeStart(const SearchModel& model) : model_(model) {}

int64_t FreeStart::SmallestSpan(const Sequences& sequences) {
  const auto p = static_cast<size_t>(model_.num_ranks);
  const auto m = static_cast<size_t>(model_.num_microbatches);
  made_.resize(static_cast<size_t>(model_.num_stages) * m * 2 * p);
  free_.resize(p * p);
  std::vector<size_t> at(p, 0);
  std::vector<std::vector<size_t>> done(p);
  std::vector<char> is_made(made_.size() / p, 0);
  for (size_t r = 0; r < p; ++r) done[r].resize(model_.stages_of[r].size() * kSearchKinds);
  std::fill(free_.begin(), free_.end(), kNoPath);
  for (bool moved = true; moved;) {
    moved = false;
    for (size_t r = 0; r < p; ++r) {
      const Sequence& sequence = sequences[r];
      int64_t* const free = &free_[r * p];
      for (; at[r] < sequence.size(); ++at[r]) {
        const Token token = sequence[at[r]];
        const size_t kind = token % kSearchKinds;
        const auto s = static_cast<size_t>(model_.StageOf(static_cast<int>(r), token));
        const size_t j = done[r][token];
        const bool waits =
            kind == kSearchForward
                ? s > 0
                : kind == kSearchBackward && s + 1 < static_cast<size_t>(model_.num_stages);
        if (waits) {
          const size_t from = kind == kSearchForward ? s - 1 : s + 1;
          const size_t need = (from * m + j) * 2 + kind;
          if (is_made[need] == 0) break;
          Raise(free, &made_[need * p],
                kind == kSearchForward ? model_.forward_delay[s] : model_.backward_delay[s], p);
        }
        if (at[r] == 0) free[r] = std::max<int64_t>(free[r], 0);
        Add(free, model_.time[s][kind], p);
        ++done[r][token];
        moved = true;
        if (kind == kSearchWeight) continue;
        const size_t id = (s * m + j) * 2 + kind;
        is_made[id] = 1;
        std::copy(free, free + p, &made_[id * p]);
      }
    }
  }
  std::vector<int64_t> path(p * p);
  for (size_t r = 0; r < p; ++r) {
    for (size_t q = 0; q < p; ++q) path[q * p + r] = free_[r * p + q];
  }
  return LargestCycleMean(path, model_.num_ranks);
}

std::optional<int64_t> DelayStarts(const Pipeline& pipeline, const Placement& placement,
                                   const Order& order, Timeline& timeline, Cancelled cancelled) {
  const auto p = static_cast<size_t>(order.num_ranks());
  const Graph graph(pipeline, placement, order, timeline);
  const std::vector<size_t> sorted = graph.Sorted();
  std::vector<size_t> last(p);  // node of each rank
  std::vector<int64_t> longest(order.ops.size() * p, kNoPath);
  size_t steps = 0;
  const auto told_to_stop = [&](size_t more) {
    steps += more;
    if (steps < kStepsAPoll) return false;
    steps = 0;
    return cancelled();
  };
  for (const size_t i : sorted) {
    if (told_to_stop(p)) return std::nullopt;
    int64_t* const here = &longest[i * p];
    graph.ForNeeds(i,
                   [&](size_t need, int64_t delay) { Raise(here, &longest[need * p], delay, p); });
    const auto r = static_cast<size_t>(graph.rank_of(i));
    if (graph.IsFirst(i)) here[r] = std::max<int64_t>(here[r], 0);
    Add(here, graph.Duration(i), p);
    last[r] = std::max(last[r], i);
  }
  std::vector<int64_t> path(p * p);
  for (size_t r = 0; r < p; ++r) {
    for (size_t q = 0; q < p; ++q) path[q * p + r] = longest[last[r] * p + q];
  }
  const int64_t span = LargestCycleMean(path, order.num_ranks());

  // The earliest starts: raise each rank's first start to what its end demands until
  // nothing moves. Each round settles one more edge of a longest path, at most P.
  Timeline delayed = timeline;
  std::vector<int64_t> release(p, 0);
  for (bool moved = true; moved;) {
    moved = false;
    for (const size_t i : sorted) {
      if (told_to_stop(10)) return std::nullopt;
      int64_t start = graph.IsFirst(i) ? release[static_cast<size_t>(graph.rank_of(i))] : 0;
      graph.ForNeeds(i, [&](size_t need, int64_t delay) {
        start = std::max(start, delayed.ends[need] + delay);
      });
      delayed.starts[i] = start;
      delayed.ends[i] = start + graph.Duration(i);
    }
    for (size_t r = 0; r < p; ++r) {
      const int64_t demanded = delayed.ends[last[r]] - span;
      const auto first = static_cast<size_t>(order.rank_offsets[r]);
      if (delayed.starts[first] >= demanded) continue;
      release[r] = demanded;
      moved = true;
    }
  }
  delayed.makespan = 0;
  for (size_t i = 0; i < order.ops.size(); ++i) {
    if (graph.IsSecond(i)) {
      delayed.starts[i] = delayed.starts[i - 1];
      delayed.ends[i] = delayed.ends[i - 1];
    }
    delayed.makespan = std::max(delayed.makespan, delayed.ends[i]);
  }
  // The first op starts at 0.
  const int64_t first = *std::min_element(delayed.starts.begin(), delayed.starts.end());
  for (size_t i = 0; i < order.ops.size(); ++i) {
    delayed.starts[i] -= first;
    delayed.ends[i] -= first;
  }
  delayed.makespan -= first;
  timeline = delayed;
  return span;
}

}  // namespace pipesched
