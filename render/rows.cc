#include "render/rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "render/font.h"
#include "render/runs.h"

namespace pipesched {
namespace {

constexpr int kNarrowPixels = 3;
constexpr int kSeparatedPixels = 4;
constexpr int kMarkHeight = 2;
constexpr int kMarkInset = 1;           // from the edge of the box
constexpr int kLeastMarkedHeight = 12;  // of a box that has marks
constexpr int kLeastMarkedWidth = 3;

class RowWriter {
 public:
  RowWriter(const Frame& frame, const Subject& subject, int subject_index, Scene& scene)
      : frame_(frame),
        order_(subject.order),
        timeline_(subject.timeline),
        scale_(subject.pipeline.scale),
        subject_index_(subject_index),
        narrow_(NarrowTicks(frame, subject)),
        shades_(subject),
        widest_number_(absl::StrCat(frame.largest_number)),
        scene_(scene) {}

  // Adds the row of `rank` at `rect`. Returns whether a run in it is stacked.
  bool Add(int rank, const Rect& row) {
    rank_ = rank;
    row_ = row;
    scene_.bars.push_back({row_, Paint::kIdle});
    bool stacked = false;
    for (const PlacedRun& placed : Place(FindRuns(order_, timeline_, rank, narrow_))) {
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
      if (start == end || scale_.ToUnits(end) <= frame_.begin) continue;
      if (scale_.ToUnits(start) >= frame_.end) break;
      const int x = std::max(frame_.X(scale_.ToUnits(start)), free_x);
      free_x = std::max(frame_.X(scale_.ToUnits(end)), x + 1);
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
    scene_.boxes.push_back({rect, PaintOf(op.kind()), shades_.Of(op), subject_index_, rank_, op,
                            num_ops, scale_.ToUnits(start_), scale_.ToUnits(end_)});
  }

  void AddOp(size_t op, const Rect& rect, int number_size) {
    AddBox(rect, op, 1);
    if (!order_.ops[op].fused()) AddMarks(rect, order_.ops[op].kind(), scene_);
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
    // All numbers or none, in ops of one time. The window may cut an op.
    const double pixels = scale_.ToUnits(end_ - start_) * frame_.pixels_a_unit();
    const double room = std::min<double>(WholePixels(pixels), rect.width + 1) - kNumberSpace;
    if (Font::Default().Width(widest_number_, size) > room) return;
    const std::string number = absl::StrCat(op.microbatch());
    const int digits_height = static_cast<int>(std::round(Font::kCapHeight * size));
    scene_.texts.push_back({number, rect.x + rect.width / 2,
                            rect.y + (rect.height + digits_height) / 2, size, Anchor::kMiddle,
                            InkOn(scene_.theme, PaintOf(op.kind()), shades_.Of(op))});
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
  const TickScale& scale_;
  const int subject_index_;
  const int64_t narrow_;
  const Shades shades_;
  const std::string widest_number_;  // digits are equally wide
  Scene& scene_;
  int rank_ = 0;
  Rect row_;
  int64_t start_ = 0;  // of the run being added
  int64_t end_ = 0;
};

}  // namespace

Shades::Shades(const Subject& subject)
    : placement_(subject.placement), replicas_(subject.placement.num_replicas()) {
  of_stage_.resize(static_cast<size_t>(placement_.num_stages()));
  if (replicas_ > 1) return;
  for (int rank = 0; rank < placement_.num_ranks(); ++rank) {
    chunks_ = std::max(chunks_, static_cast<int>(placement_.StagesOf(rank).size()));
  }
  for (int rank = 0; rank < placement_.num_ranks(); ++rank) {
    const std::vector<int>& stages = placement_.StagesOf(rank);
    for (size_t chunk = 1; chunk < stages.size(); ++chunk) {
      of_stage_[static_cast<size_t>(stages[chunk])] =
          static_cast<uint8_t>(chunk * kPalest / static_cast<size_t>(chunks_ - 1));
    }
  }
}

int64_t NarrowTicks(const Frame& frame, const Subject& subject) {
  const double ticks_a_unit = std::pow(10.0, -subject.pipeline.scale.exponent());
  const double narrow = std::ceil(kNarrowPixels / frame.pixels_a_unit() * ticks_a_unit);
  constexpr auto kMost = std::numeric_limits<int64_t>::max() / 8;
  return narrow < static_cast<double>(kMost) ? static_cast<int64_t>(narrow) : kMost;
}

void AddMarks(const Rect& rect, OpKind kind, Scene& scene) {
  if (rect.height < kLeastMarkedHeight || rect.width < kLeastMarkedWidth) return;
  if (kind == OpKind::kBackward || kind == OpKind::kBackwardInput) {
    scene.marks.push_back({{rect.x, rect.y + kMarkInset, rect.width, kMarkHeight}, Paint::kMark});
  }
  if (kind == OpKind::kBackward || kind == OpKind::kBackwardWeight) {
    scene.marks.push_back(
        {{rect.x, rect.bottom() - kMarkInset - kMarkHeight, rect.width, kMarkHeight},
         Paint::kMark});
  }
}

bool AddRows(const Frame& frame, const Panel& panel, const Subject& subject, int subject_index,
             Scene& scene) {
  RowWriter writer(frame, subject, subject_index, scene);
  bool stacked = false;
  for (size_t row = 0; row < panel.ranks.size(); ++row) {
    stacked |= writer.Add(panel.ranks[row], frame.Row(panel, row));
  }
  return stacked;
}

}  // namespace pipesched
