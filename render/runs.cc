#include "render/runs.h"

#include <algorithm>

namespace pipesched {
namespace {

constexpr int64_t kMuchWider = 4;
constexpr int kOpsOfAPhase = 3;

class RunFinder {
 public:
  RunFinder(const Order& order, const Timeline& timeline, int rank, int64_t narrow)
      : order_(order),
        timeline_(timeline),
        narrow_(narrow),
        end_(static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank) + 1])),
        next_(static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank)])) {}

  std::vector<Run> Find() {
    std::vector<Run> runs;
    bool open = false;  // the last run may still grow
    while (next_ < end_) {
      const Group group = TakeGroup();
      const bool phase = group.num_blocks >= kOpsOfAPhase && !Narrow(group.begin, group.end - 1);
      if (open && group.joined && !phase) {
        runs.back().end = group.end;
      } else {
        runs.push_back({group.begin, group.end});
      }
      open = !phase;
    }
    return runs;
  }

 private:
  // Consecutive ops (or fused pairs) of one kind that may share a run.
  struct Group {
    size_t begin = 0;
    size_t end = 0;
    int num_blocks = 0;
    bool joined = false;  // may share a run with the op before
  };

  Group TakeGroup() {
    Group group{next_, next_, 0, next_ > 0 && MayShareRun(next_)};
    do {
      next_ += order_.ops[next_].fused() ? 2 : 1;
      ++group.num_blocks;
    } while (next_ < end_ && SameKind(next_) && MayShareRun(next_));
    group.end = next_;
    return group;
  }

  int64_t Length(size_t op) const { return timeline_.ends[op] - timeline_.starts[op]; }
  bool Narrow(size_t first, size_t last) const {
    return timeline_.ends[last] - timeline_.starts[first] < narrow_;
  }
  bool SameKind(size_t op) const {
    const Op before = order_.ops[op - 1];
    return order_.ops[op].fused() ? before.fused()
                                  : !before.fused() && before.kind() == order_.ops[op].kind();
  }
  bool MayShareRun(size_t op) const {
    const auto [shorter, longer] = std::minmax({Length(op - 1), Length(op)});
    return timeline_.starts[op] - timeline_.ends[op - 1] < narrow_ && shorter < narrow_ &&
           longer < kMuchWider * narrow_;
  }

  const Order& order_;
  const Timeline& timeline_;
  const int64_t narrow_;
  const size_t end_;
  size_t next_;
};

}  // namespace

std::vector<Run> FindRuns(const Order& order, const Timeline& timeline, int rank, int64_t narrow) {
  return RunFinder(order, timeline, rank, narrow).Find();
}

}  // namespace pipesched
