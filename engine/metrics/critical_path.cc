#include "engine/metrics/critical_path.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "engine/sim/data_flow.h"

namespace pipesched {
namespace {

constexpr size_t kBlocksBetweenPolls = 1 << 14;

class Walk {
 public:
  Walk(const Pipeline& pipeline, const Placement& placement, const Order& order,
       const Timeline& timeline)
      : pipeline_(pipeline), placement_(placement), order_(order), timeline_(timeline) {}

  // The first op of the block that ends last, at the makespan unless ranks pause after
  // their ops; on the lowest rank.
  size_t LastBlock() const {
    int64_t latest = -1;
    size_t last = 0;
    for (int r = 0; r < order_.num_ranks(); ++r) {
      if (End(r) == Begin(r) || timeline_.ends[End(r) - 1] <= latest) continue;
      last = End(r) - 1;
      latest = timeline_.ends[last];
    }
    return BlockStart(last);
  }

  // What `block` started right after: the first op of a block; nothing at time 0.
  std::optional<size_t> Before(size_t block) const {
    const int64_t start = timeline_.starts[block];
    if (start == 0) return std::nullopt;
    const int r = placement_.RankOf(order_.ops[block].stage(), order_.ops[block].microbatch());
    if (block > Begin(r) && timeline_.ends[block - 1] == start) return BlockStart(block - 1);
    for (size_t i = block; i < block + BlockSize(block); ++i) {
      const Op op = order_.ops[i];
      const Data data = NeedsOf(op)[0];
      if (data.stage < 0 || data.stage >= placement_.num_stages()) continue;
      const int64_t delay =
          data.stage == op.stage() ? 0 : EdgeDelay(pipeline_, placement_, data.stage, op.stage());
      const std::optional<size_t> maker = MakerEndingAt(start - delay, data, op);
      if (maker) return BlockStart(*maker);
    }
    // Where ranks pause, after a pause.
    return block > Begin(r) ? std::optional(BlockStart(block - 1)) : std::nullopt;
  }

  size_t BlockSize(size_t block) const { return order_.ops[block].fused() ? 2 : 1; }

 private:
  size_t Begin(int r) const {
    return static_cast<size_t>(order_.rank_offsets[static_cast<size_t>(r)]);
  }
  size_t End(int r) const { return Begin(r + 1); }

  size_t BlockStart(size_t i) const {
    const Op op = order_.ops[i];
    return op.fused() && op.kind() == OpKind::kBackward ? i - 1 : i;
  }

  // The op that makes `data` of `op`'s microbatch, if it ends at `end`.
  std::optional<size_t> MakerEndingAt(int64_t end, Data data, Op op) const {
    const int r = placement_.RankOf(data.stage, op.microbatch());
    const auto first = timeline_.ends.begin();
    const auto rank_end = first + static_cast<std::ptrdiff_t>(End(r));
    for (auto it = std::lower_bound(first + static_cast<std::ptrdiff_t>(Begin(r)), rank_end, end);
         it != rank_end && *it == end; ++it) {
      const auto i = static_cast<size_t>(it - first);
      const Op maker = order_.ops[i];
      if (maker.stage() == data.stage && maker.microbatch() == op.microbatch() &&
          MakesData(maker.kind()) && MadeBy(maker.kind()) == data.kind) {
        return i;
      }
    }
    return std::nullopt;
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Order& order_;
  const Timeline& timeline_;
};

}  // namespace

absl::StatusOr<CriticalPath> FindCriticalPath(const Pipeline& pipeline, const Placement& placement,
                                              const Order& order, const Timeline& timeline,
                                              Cancelled cancelled) {
  CriticalPath path;
  size_t blocks = 0;
  path.ops.reserve(order.ops.size());  // Takes pages only where it is written.
  if (order.ops.empty()) return path;
  const Walk walk(pipeline, placement, order, timeline);
  for (std::optional<size_t> block = walk.LastBlock(); block; block = walk.Before(*block)) {
    if (++blocks % kBlocksBetweenPolls == 0 && cancelled()) {
      return absl::CancelledError("cancelled while finding the critical path");
    }
    for (size_t i = walk.BlockSize(*block); i > 0; --i) {
      path.ops.push_back(static_cast<int64_t>(*block + i - 1));
    }
    path.compute += timeline.ends[*block] - timeline.starts[*block];
  }
  if (path.ops.size() <= order.ops.size() / 2) path.ops.shrink_to_fit();
  std::reverse(path.ops.begin(), path.ops.end());
  path.p2p = timeline.makespan - path.compute;
  return path;
}

}  // namespace pipesched
