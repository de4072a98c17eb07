#include "render/rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "render/font.h"
#include "render/runs.h"

namespace pipesched {
namespace {

constexpr int kNarrowPixels = 3;
constexpr int kSeparatedPixels = 4;

class RowWriter {
 public:
  RowWriter(const Frame& frame, const Order& order, const Timeline& timeline, Scene& scene)
      : frame_(frame), order_(order), timeline_(timeline), scene_(scene) {}

  // Adds the row of `rank`. Returns whether a run in it is stacked.
  bool Add(int rank) {
    rank_ = rank;
    row_ = frame_.Row(rank);
    scene_.bars.push_back({row_, Paint::kIdle});
    const auto narrow = static_cast<int64_t>(
        std::ceil(static_cast<double>(frame_.makespan) * kNarrowPixels / frame_.plot.width));
    bool stacked = false;
    for (const PlacedRun& placed : Place(FindRuns(order_, timeline_, rank, narrow))) {
      const Run& run = placed.run;
      start_ = timeline_.starts[run.begin];
      end_ = timeline_.ends[run.end - 1];
      const int width = placed.end_x - placed.x;
      const Rect rect = {placed.x, row_.y, width < kSeparatedPixels ? width : width - 1,
                         row_.height};
      const size_t size = run.end - run.begin;
      if (size == 1) {
        AddOp(run.begin, rect, frame_.number_size);
      } else if (size == 2 && order_.ops[run.begin].fused()) {
        AddPair(run.begin, rect);
      } else {
        AddStack(run, rect);
        stacked = true;
      }
    }
    return stacked;
  }

 private:
  struct PlacedRun {
    Run run;
    int x;
    int end_x;
  };

  // Where the runs of the row are: each at its time, at least a pixel wide and
  // clear of its neighbours. Runs that take no time are left out.
  std::vector<PlacedRun> Place(const std::vector<Run>& runs) const {
    std::vector<PlacedRun> placed;
    int free_x = row_.x;  // where the run before ends
    for (const Run& run : runs) {
      const int64_t start = timeline_.starts[run.begin];
      const int64_t end = timeline_.ends[run.end - 1];
      if (start == end) continue;
      const int x = std::max(frame_.X(start), free_x);
      free_x = std::max(frame_.X(end), x + 1);
      placed.push_back({run, x, free_x});
    }
    // Those that this pushed over the right edge move back, and so the ones before.
    int limit = row_.right();
    for (auto run = placed.rbegin(); run != placed.rend() && run->end_x > limit; ++run) {
      run->end_x = limit;
      run->x = std::min(run->x, limit - 1);
      limit = run->x;
    }
    return placed;
  }

  void AddBox(const Rect& rect, size_t first, int64_t num_ops) {
    if (rect.height == 0) return;
    const Op op = order_.ops[first];
    scene_.boxes.push_back({rect, PaintOf(op.kind()), rank_, op, num_ops, start_, end_});
  }

  void AddOp(size_t op, const Rect& rect, int number_size) {
    AddBox(rect, op, 1);
    AddNumber(order_.ops[op], rect, number_size);
  }

  void AddPair(size_t forward, const Rect& rect) {
    const int upper = rect.height / 2;
    const int lower = rect.height - upper;
    const int size = std::min(frame_.number_size, upper);
    AddOp(forward, {rect.x, rect.y, rect.width, upper}, size);
    AddOp(forward + 1, {rect.x, rect.y + upper, rect.width, lower}, size);
  }

  void AddNumber(Op op, const Rect& rect, int size) {
    if (size < kSmallestNumber) return;
    const std::string number = absl::StrCat(op.microbatch());
    if (Font::Default().Width(number, size) > rect.width - 2) return;
    const int digits_height = static_cast<int>(std::round(Font::kCapHeight * size));
    scene_.texts.push_back({number, rect.x + rect.width / 2,
                            rect.y + (rect.height + digits_height) / 2, size, Anchor::kMiddle,
                            InkOn(PaintOf(op.kind()))});
  }

  void AddStack(const Run& run, const Rect& rect) {
    struct Share {
      int64_t ticks = 0;
      int64_t num_ops = 0;
      size_t first = 0;
    };
    std::array<Share, kNumOpKinds> shares;
    for (size_t i = run.begin; i < run.end; ++i) {
      const Op op = order_.ops[i];
      Share& share = shares[static_cast<size_t>(op.kind())];
      const int64_t ticks = timeline_.ends[i] - timeline_.starts[i];
      share.ticks += op.fused() ? ticks / 2 : ticks;  // Each half of a pair is half of its time.
      if (share.num_ops++ == 0) share.first = i;
    }
    int64_t above = 0;
    int y = rect.y;
    for (const Share& share : shares) {
      above += share.ticks;
      const double part = static_cast<double>(above) / static_cast<double>(end_ - start_);
      const int bottom = rect.y + static_cast<int>(std::round(part * rect.height));
      AddBox({rect.x, y, rect.width, bottom - y}, share.first, share.num_ops);
      y = bottom;
    }
  }

  const Frame& frame_;
  const Order& order_;
  const Timeline& timeline_;
  Scene& scene_;
  int rank_ = 0;
  Rect row_;
  int64_t start_ = 0;  // of the run being added
  int64_t end_ = 0;
};

}  // namespace

bool AddRows(const Frame& frame, const Order& order, const Timeline& timeline, Scene& scene) {
  RowWriter writer(frame, order, timeline, scene);
  bool stacked = false;
  for (int rank = 0; rank < order.num_ranks(); ++rank) stacked |= writer.Add(rank);
  return stacked;
}

}  // namespace pipesched
