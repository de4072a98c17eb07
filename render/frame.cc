#include "render/frame.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "render/font.h"

namespace pipesched {
namespace {

// Plot widths, in pixels.
constexpr double kUsualPlot = 1320;
constexpr double kOverviewPlot = 2000;
constexpr double kWidestPlot = 4000;
constexpr double kNarrowestOp = 4;  // with its separator
constexpr double kNumberSpace = 3;  // beside a number: a separator, a pixel left and right

// Row heights, in pixels.
constexpr int kAllRows = 768;  // of all ranks together, between the smallest and largest pitch
constexpr int kLargestPitch = 34;
constexpr int kWidestGap = 6;
constexpr int kManyRanks = 2048;  // above that a row may be 1 pixel high

constexpr int kMargin = 20;
constexpr int kRightMargin = 36;  // half a tick label hangs over the plot

// The makespan as a multiple of the shortest forward, at least 1.
double MakespanInForwards(const Pipeline& pipeline, int64_t makespan) {
  int64_t shortest = std::max<int64_t>(makespan, 1);
  for (const StageCost& stage : pipeline.stages) shortest = std::min(shortest, stage.forward);
  return std::max(1.0, static_cast<double>(makespan) / static_cast<double>(shortest));
}

double WidestNumber(const Pipeline& pipeline, int size) {
  return Font::Default().Width(absl::StrCat(pipeline.shape.num_microbatches - 1), size);
}

// A forward gets a whole number of pixels where ops are drawn one by one, so
// that equal times are equally wide.
double PlotWidth(const Pipeline& pipeline, double forwards) {
  double forward = std::ceil(
      std::max(kUsualPlot / forwards, WidestNumber(pipeline, kSmallestNumber) + kNumberSpace));
  if (forwards * forward > kWidestPlot) {
    forward = std::max(std::floor(kOverviewPlot / forwards), kNarrowestOp);
  }
  return forwards * forward > kWidestPlot ? kOverviewPlot : std::round(forwards * forward);
}

// The largest size at which every number fits into the shortest forward.
int NumberSize(const Pipeline& pipeline, double forward, int row_height) {
  int size = std::min(kLargestNumber, row_height);
  while (size > kSmallestNumber && WidestNumber(pipeline, size) + kNumberSpace > forward) --size;
  return size < kSmallestNumber ? 0 : size;
}

}  // namespace

int Frame::X(int64_t ticks) const {
  if (makespan == 0) return plot.x;
  const double part = static_cast<double>(ticks) / static_cast<double>(makespan);
  return plot.x + static_cast<int>(std::round(part * plot.width));
}

Frame MakeFrame(const Pipeline& pipeline, int64_t makespan) {
  const int ranks = pipeline.shape.num_ranks;
  const double forwards = MakespanInForwards(pipeline, makespan);
  Frame frame;
  frame.makespan = makespan;
  frame.row_pitch = std::clamp(kAllRows / ranks, ranks > kManyRanks ? 1 : 2, kLargestPitch);
  frame.row_height = frame.row_pitch - std::min(kWidestGap, frame.row_pitch / 5);
  frame.title_y = kMargin + kTitleSize;
  frame.facts_y = frame.title_y + 24;
  frame.legend_y = frame.facts_y + 28;
  const double row_label = Font::Default().Width(absl::StrCat("rank ", ranks - 1), kAxisSize);
  frame.plot.x = kMargin + static_cast<int>(std::ceil(row_label)) + 10;
  frame.plot.y = frame.legend_y + 16;
  frame.plot.width = static_cast<int>(PlotWidth(pipeline, forwards));
  frame.plot.height = (ranks - 1) * frame.row_pitch + frame.row_height;
  frame.number_size = NumberSize(pipeline, frame.plot.width / forwards, frame.row_height);
  frame.tick_labels_y = frame.plot.bottom() + 26;
  frame.axis_title_y = frame.tick_labels_y + 20;
  frame.footnote_y = frame.axis_title_y + 28;
  frame.width = frame.plot.right() + kRightMargin;
  frame.height = frame.footnote_y + kMargin;
  return frame;
}

absl::Status CheckSize(const Frame& frame, const PictureLimits& limits) {
  const int64_t pixels = int64_t{frame.width} * frame.height;
  if (frame.width > limits.max_side || frame.height > limits.max_side) {
    return absl::InvalidArgumentError(absl::StrCat("picture of ", frame.width, " x ", frame.height,
                                                   " pixels, want at most ", limits.max_side,
                                                   " pixels a side"));
  }
  if (pixels > limits.max_pixels) {
    return absl::InvalidArgumentError(absl::StrCat("picture of ", frame.width, " x ", frame.height,
                                                   " = ", pixels, " pixels, want at most ",
                                                   limits.max_pixels));
  }
  return absl::OkStatus();
}

}  // namespace pipesched
