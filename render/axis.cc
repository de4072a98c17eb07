#include "render/axis.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "render/font.h"
#include "render/numbers.h"

namespace pipesched {
namespace {

constexpr double kMarkDistance = 72;
constexpr double kTextDistance = 16;
constexpr int kMarkLength = 5;
constexpr int kAxisGap = 4;      // between the last row and the axis
constexpr int kLineHeight = 14;  // of a rank label
constexpr size_t kMostRankLabels = 64;
constexpr double kSlack = 1e-9;  // a mark at the very end of the axis is on it

// Times at which the axis may have marks: multiples of mantissa * 10^exponent.
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

std::vector<double> MarksOf(Step step, double begin, double end) {
  std::vector<double> marks;
  const double slack = (end - begin) * kSlack;
  auto mark = static_cast<int64_t>(std::ceil((begin - slack) / step.Time(1)));
  for (; step.Time(mark) <= end + slack; ++mark) marks.push_back(step.Time(mark));
  return marks;
}

double Widest(const std::vector<double>& marks) {
  double widest = 0;
  for (const double mark : marks) {
    widest = std::max(widest, Font::Default().Width(FormatTime(mark), kAxisSize));
  }
  return widest;
}

}  // namespace

std::vector<double> AxisMarks(double begin, double end, int pixels) {
  const double pixels_a_unit = pixels / (end - begin);
  const double least = kMarkDistance / pixels_a_unit;
  Step step = {1, static_cast<int>(std::floor(std::log10(least)))};
  while (step.Time(1) < least) step = step.Next();
  std::vector<double> marks = MarksOf(step, begin, end);
  while (marks.size() > 1 && step.Time(1) * pixels_a_unit < Widest(marks) + kTextDistance) {
    step = step.Next();
    marks = MarksOf(step, begin, end);
  }
  return marks;
}

void AddTimeAxis(const Frame& frame, absl::string_view title, Scene& scene) {
  const int top = frame.plot.bottom() + kAxisGap;
  scene.bars.push_back({{frame.plot.x, top, frame.plot.width, 1}, Paint::kFaintInk});
  for (const double time : AxisMarks(frame.begin, frame.end, frame.plot.width)) {
    const int x = frame.X(time);
    scene.bars.push_back({{x, top, 1, kMarkLength}, Paint::kFaintInk});
    scene.texts.push_back(
        {FormatTime(time), x, frame.tick_labels_y, kAxisSize, Anchor::kMiddle, Paint::kFaintInk});
  }
  const std::string fitted = Font::Default().Fit(title, kAxisSize, frame.plot.width);
  if (fitted.empty()) return;
  scene.texts.push_back({fitted, frame.plot.x + frame.plot.width / 2, frame.axis_title_y, kAxisSize,
                         Anchor::kMiddle, Paint::kFaintInk});
}

void AddRankLabels(const Frame& frame, Scene& scene) {
  const int cap_height = static_cast<int>(std::round(Font::kCapHeight * kAxisSize));
  for (const Panel& panel : frame.panels) {
    size_t step = 1;
    while (static_cast<int>(step) * frame.row_pitch < kLineHeight ||
           panel.ranks.size() > step * kMostRankLabels) {
      step *= 2;
    }
    for (size_t row = 0; row < panel.ranks.size(); row += step) {
      const Rect rect = frame.Row(panel, row);
      scene.texts.push_back({absl::StrCat("rank ", panel.ranks[row]), rect.x - 10,
                             rect.y + (rect.height + cap_height) / 2, kAxisSize, Anchor::kEnd,
                             Paint::kInk});
    }
  }
}

}  // namespace pipesched
