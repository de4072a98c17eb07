#include "render/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "render/font.h"

namespace pipesched {
namespace {

constexpr double kMarkDistance = 72;
constexpr double kTextDistance = 16;
constexpr int kMarkLength = 5;
constexpr int kAxisGap = 4;      // between the last row and the axis
constexpr int kLineHeight = 14;  // of a rank label
constexpr int kMostRankLabels = 64;

// Times at which the axis has marks: 0, 1, 2, ... times mantissa * 10^exponent.
struct Step {
  int mantissa;  // 1, 2 or 5
  int exponent;

  double Time(int64_t mark) const {
    const auto times = static_cast<double>(mark * mantissa);
    return exponent < 0 ? times / std::pow(10.0, -exponent) : times * std::pow(10.0, exponent);
  }
  Step Next() const {
    if (mantissa == 5) return {1, exponent + 1};
    return {mantissa == 1 ? 2 : 5, exponent};
  }
};

double WidestMark(Step step, double makespan) {
  double widest = 0;
  for (int64_t mark = 0; step.Time(mark) <= makespan; ++mark) {
    widest = std::max(widest, Font::Default().Width(FormatTime(step.Time(mark)), kAxisSize));
  }
  return widest;
}

Step ChooseStep(double makespan, int plot_width) {
  const double pixels_a_unit = plot_width / makespan;
  const double least = kMarkDistance / pixels_a_unit;
  Step step = {1, static_cast<int>(std::floor(std::log10(least)))};
  while (step.Time(1) < least ||
         step.Time(1) * pixels_a_unit < WidestMark(step, makespan) + kTextDistance) {
    step = step.Next();
  }
  return step;
}

}  // namespace

std::string FormatTime(double time) {
  return absl::StrReplaceAll(absl::StrFormat("%.9g", time),
                             {{"e+0", "e"}, {"e+", "e"}, {"e-0", "e-"}});
}

void AddTimeAxis(const Frame& frame, const TickScale& scale, absl::string_view title,
                 Scene& scene) {
  const int top = frame.plot.bottom() + kAxisGap;
  const double makespan = scale.ToUnits(std::max<int64_t>(frame.makespan, 1));
  const Step step = ChooseStep(makespan, frame.plot.width);
  scene.bars.push_back({{frame.plot.x, top, frame.plot.width, 1}, Paint::kFaintInk});
  for (int64_t mark = 0; step.Time(mark) <= makespan; ++mark) {
    const double time = step.Time(mark);
    const int x = frame.plot.x + static_cast<int>(std::round(time / makespan * frame.plot.width));
    scene.bars.push_back({{x, top, 1, kMarkLength}, Paint::kFaintInk});
    scene.texts.push_back(
        {FormatTime(time), x, frame.tick_labels_y, kAxisSize, Anchor::kMiddle, Paint::kFaintInk});
  }
  scene.texts.push_back({Font::Default().Fit(title, kAxisSize, frame.plot.width),
                         frame.plot.x + frame.plot.width / 2, frame.axis_title_y, kAxisSize,
                         Anchor::kMiddle, Paint::kFaintInk});
}

void AddRankLabels(const Frame& frame, int num_ranks, Scene& scene) {
  int step = 1;
  while (step * frame.row_pitch < kLineHeight || num_ranks > step * kMostRankLabels) step *= 2;
  const int cap_height = static_cast<int>(std::round(Font::kCapHeight * kAxisSize));
  for (int rank = 0; rank < num_ranks; rank += step) {
    const Rect row = frame.Row(rank);
    scene.texts.push_back({absl::StrCat("rank ", rank), row.x - 10,
                           row.y + (row.height + cap_height) / 2, kAxisSize, Anchor::kEnd,
                           Paint::kInk});
  }
}

}  // namespace pipesched
