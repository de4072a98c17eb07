#include "render/frame.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "render/font.h"
#include "render/numbers.h"

namespace pipesched {
namespace {

// Plot widths, in pixels.
constexpr double kUsualPlot = 1320;
constexpr double kOverviewPlot = 2000;
constexpr double kWidestPlot = 4000;
constexpr double kNarrowestOp = 4;  // with its separator
constexpr int kNarrowestPlot = 64;

// Row heights, in pixels.
constexpr int kAllRows = 768;  // of all ranks together, between the smallest and largest pitch
constexpr int kLargestPitch = 34;
constexpr int kLargestGivenPitch = 200;
constexpr int kWidestGap = 6;
constexpr int kManyRanks = 2048;  // above that a row may be 1 pixel high
constexpr int kMostMemoryRows = 128;
constexpr int kSmallestMemory = 8;
constexpr int kLargestMemory = 20;
constexpr double kMemoryPart = 0.38;  // of a given pitch

constexpr int kRightMargin = 36;  // half a tick label hangs over the plot
constexpr int kHeading = 34;      // of a panel

size_t CountRows(const Frame& frame) {
  size_t rows = 0;
  for (const Panel& panel : frame.panels) rows += panel.ranks.size();
  return rows;
}

double WidestNumber(const Frame& frame, int size) {
  return Font::Default().Width(absl::StrCat(frame.largest_number), size);
}

// Without a window all microbatches are there.
int LargestNumber(absl::Span<const Subject> subjects, const PictureOptions& options,
                  const Frame& frame) {
  int largest = subjects[0].pipeline.shape.num_microbatches - 1;
  if (options.start_time <= 0 && !options.end_time) return largest;
  largest = 0;
  for (size_t i = 0; i < subjects.size(); ++i) {
    const Subject& subject = subjects[i];
    const TickScale& scale = subject.pipeline.scale;
    for (const int rank : frame.panels[i].ranks) {
      const auto first = static_cast<size_t>(subject.order.rank_offsets[static_cast<size_t>(rank)]);
      const absl::Span<const Op> ops = subject.order.rank(rank);
      for (size_t op = 0; op < ops.size(); ++op) {
        if (scale.ToUnits(subject.timeline.starts[first + op]) >= frame.end) break;
        if (scale.ToUnits(subject.timeline.ends[first + op]) <= frame.begin) continue;
        largest = std::max(largest, ops[op].microbatch());
      }
    }
  }
  return largest;
}

// A forward gets a whole number of pixels where ops are drawn one by one, so
// that equal times are equally wide.
double PlotWidth(const Frame& frame, double forwards) {
  double forward = std::ceil(
      std::max(kUsualPlot / forwards, WidestNumber(frame, kSmallestNumber) + kNumberSpace));
  if (forwards * forward > kWidestPlot) {
    forward = std::max(std::floor(kOverviewPlot / forwards), kNarrowestOp);
  }
  return forwards * forward > kWidestPlot ? kOverviewPlot : std::round(forwards * forward);
}

// The largest size at which every number fits into the shortest forward.
int NumberSize(const Frame& frame, double forwards) {
  const double forward = WholePixels(frame.plot.width / forwards);
  int size = std::min(kLargestNumber, frame.row_height);
  while (size > kSmallestNumber && WidestNumber(frame, size) + kNumberSpace > forward) --size;
  return size < kSmallestNumber ? 0 : size;
}

void SetWindow(absl::Span<const Subject> subjects, const PictureOptions& options, Frame& frame) {
  double makespan = 0;
  for (const Subject& subject : subjects) {
    makespan = std::max(makespan, subject.pipeline.scale.ToUnits(subject.timeline.makespan));
  }
  frame.end = std::min(options.end_time.value_or(makespan), makespan);
  frame.begin = options.start_time < frame.end ? options.start_time : 0;
  if (frame.end <= frame.begin) frame.end = makespan;
}

// Splits `pitch` into ops, memory and gap.
void SetRowHeights(int pitch, bool memory, Frame& frame) {
  frame.row_pitch = pitch;
  const int gap = std::min(kWidestGap, pitch / 5);
  frame.row_height = pitch - gap;
  frame.memory_height = 0;
  const int wanted =
      std::min(pitch, std::max(kSmallestMemory, static_cast<int>(pitch * kMemoryPart)));
  if (!memory || pitch < 2 * kSmallestMemory + gap + 2) return;
  frame.memory_height = std::min(wanted, pitch - gap - 2 - kSmallestMemory);
  frame.row_height = pitch - gap - 2 - frame.memory_height;
}

}  // namespace

int Frame::X(double time) const {
  const double part = std::clamp((time - begin) / (end - begin), 0.0, 1.0);
  return plot.x + static_cast<int>(std::round(part * plot.width));
}

double WholePixels(double pixels) { return std::floor(pixels + 1e-6); }

double SpanInForwards(absl::Span<const Subject> subjects, const Frame& frame) {
  const double span = frame.end - frame.begin;
  double shortest = span;
  for (const Subject& subject : subjects) {
    for (const StageCost& stage : subject.pipeline.stages) {
      shortest = std::min(shortest, subject.pipeline.scale.ToUnits(stage.forward));
    }
  }
  return std::max(1.0, span / shortest);
}

bool NamesBytes(const Pipeline& pipeline) {
  return !pipeline.memory_limit_bytes.empty() ||
         std::any_of(pipeline.stages.begin(), pipeline.stages.end(), [](const StageCost& stage) {
           return stage.activation_bytes > 0 || stage.static_bytes > 0;
         });
}

bool ShowsMemory(absl::Span<const Subject> subjects, const PictureOptions& options) {
  if (options.memory == MemoryCurve::kAuto) return NamesBytes(subjects[0].pipeline);
  return options.memory == MemoryCurve::kOn;
}

int64_t HighestMemory(absl::Span<const Subject> subjects) {
  int64_t highest = 1;
  const bool bytes = NamesBytes(subjects[0].pipeline);
  for (const Subject& subject : subjects) {
    for (const RankMetrics& rank : subject.metrics.ranks) {
      highest = std::max(highest, bytes ? rank.peak.bytes : rank.peak.activations);
    }
    for (const int64_t limit : subject.pipeline.memory_limit_bytes) {
      highest = std::max(highest, limit);
    }
  }
  return highest;
}

Frame MakeFrame(absl::Span<const Subject> subjects, const PictureOptions& options) {
  Frame frame;
  SetWindow(subjects, options, frame);
  for (const Subject& subject : subjects) {
    Panel panel;
    panel.ranks = options.ranks;
    if (panel.ranks.empty()) {
      panel.ranks.resize(static_cast<size_t>(subject.order.num_ranks()));
      std::iota(panel.ranks.begin(), panel.ranks.end(), 0);
    }
    frame.panels.push_back(std::move(panel));
  }
  frame.largest_number = LargestNumber(subjects, options, frame);
  const int rows = static_cast<int>(CountRows(frame));
  const bool memory = ShowsMemory(subjects, options) && rows <= kMostMemoryRows;
  int pitch = std::clamp(kAllRows / rows, rows > kManyRanks ? 1 : 2, kLargestPitch);
  if (memory) pitch += std::clamp(pitch * 2 / 3, kSmallestMemory + 4, kLargestMemory) + 2;
  SetRowHeights(pitch, memory, frame);

  const Font& font = Font::Default();
  const double row_label =
      font.Width(absl::StrCat("rank ", subjects[0].order.num_ranks() - 1), kAxisSize);
  frame.plot.x = kMargin + static_cast<int>(std::ceil(row_label)) + 10;
  int right_margin = kRightMargin;
  if (frame.memory_height > 0) {
    const std::string widest = NamesBytes(subjects[0].pipeline)
                                   ? "1,023.9 MiB"
                                   : absl::StrCat(HighestMemory(subjects), " alive");
    right_margin = kMargin + 6 + static_cast<int>(std::ceil(font.Width(widest, kFootnoteSize)));
  }
  const double forwards = SpanInForwards(subjects, frame);
  frame.plot.width = options.width > 0
                         ? std::max(options.width - frame.plot.x - right_margin, kNarrowestPlot)
                         : static_cast<int>(PlotWidth(frame, forwards));
  frame.number_size = NumberSize(frame, forwards);
  frame.width = frame.plot.right() + right_margin;
  return frame;
}

void SetHeights(absl::Span<const Subject> subjects, const PictureOptions& options,
                const CaptionLines& lines, Frame& frame) {
  const int heading = frame.panels.size() > 1 ? kHeading : 0;
  frame.title_y = kMargin + kTitleSize;
  frame.facts_y = frame.title_y + 24;
  frame.legend_y = frame.facts_y + (lines.facts - 1) * kFactsLine + 28;
  frame.plot.y = frame.legend_y + (lines.legend - 1) * kLegendLine + 16;
  const int below = 26 + 20 + 28 + (lines.table > 0 ? lines.table * kTableLine + 8 : 0) +
                    (lines.footnote - 1) * kFootnoteLine + kMargin;
  const int rows = std::max(1, static_cast<int>(CountRows(frame)));
  if (options.height > 0) {
    const int room =
        options.height - frame.plot.y - below - heading * static_cast<int>(frame.panels.size());
    const bool memory = frame.memory_height > 0;
    SetRowHeights(std::clamp((room + kWidestGap) / rows, 1, kLargestGivenPitch), memory, frame);
    frame.number_size = NumberSize(frame, SpanInForwards(subjects, frame));
  }
  int y = frame.plot.y;
  for (Panel& panel : frame.panels) {
    y += heading;
    panel.heading_y = y - 9;
    panel.plot = {frame.plot.x, y, frame.plot.width,
                  static_cast<int>(panel.ranks.size()) * frame.row_pitch};
    y = panel.plot.bottom();
  }
  const int last_gap = std::min(kWidestGap, frame.row_pitch / 5);
  frame.plot.height = y - last_gap - frame.plot.y;
  frame.tick_labels_y = frame.plot.bottom() + 26;
  frame.axis_title_y = frame.tick_labels_y + 20;
  frame.table_y = frame.axis_title_y + 28;
  frame.footnote_y = frame.axis_title_y + 28;
  if (lines.table > 0) frame.footnote_y = frame.table_y + lines.table * kTableLine + 8;
  frame.height = frame.footnote_y + (lines.footnote - 1) * kFootnoteLine + kMargin;
}

}  // namespace pipesched
