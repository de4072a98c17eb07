#include "render/layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "render/axis.h"
#include "render/captions.h"
#include "render/facts.h"
#include "render/frame.h"
#include "render/legend.h"
#include "render/memory_rows.h"
#include "render/numbers.h"
#include "render/paths.h"
#include "render/rows.h"

namespace pipesched {
namespace {

constexpr absl::string_view kStacked = "stacked: ops too short to draw, by share of time";

// Frame and words of a picture: all but what is drawn an op.
struct Plan {
  Frame frame;
  Captions captions;
  std::vector<LegendEntry> legend;
};

std::string ArrowText(bool none) {
  return none ? absl::StrCat("no arrows: more than ", FormatCount(kMostArrows)) : "transfer (p2p)";
}

// Makes room for all that the legend may say, before it is known whether it does.
Plan MakePlan(absl::Span<const Subject> subjects, const PictureOptions& options) {
  Plan plan;
  plan.frame = MakeFrame(subjects, options);
  plan.captions = MakeCaptions(subjects, options, plan.frame);
  plan.legend = LegendOf(subjects, options, plan.frame);
  std::vector<LegendEntry> longest = plan.legend;
  if (options.arrows) longest.push_back({Swatch::kArrow, OpKind::kForward, 0, ArrowText(true)});
  const bool may_stack = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    const int64_t narrow = NarrowTicks(plan.frame, subject);
    const OpTimes times = FindOpTimes(subject.order, subject.timeline);
    return (!times.pairs.empty() && times.pairs.min < narrow) ||
           std::any_of(times.kinds.begin(), times.kinds.end(), [narrow](const TimeRange& range) {
             return !range.empty() && range.min < narrow;
           });
  });
  if (may_stack) longest.push_back({Swatch::kNone, OpKind::kForward, 0, std::string(kStacked)});
  const CaptionLines lines = {static_cast<int>(plan.captions.facts.size()),
                              static_cast<int>(WrapLegend(longest, plan.frame.text_width()).size()),
                              static_cast<int>(plan.captions.table.size()),
                              static_cast<int>(plan.captions.footnote.size())};
  SetHeights(subjects, options, lines, plan.frame);
  return plan;
}

std::optional<SizeExcess> CheckScaledSize(int width, int height, const PictureLimits& limits) {
  const int side = std::max(width, height);
  const int64_t pixels = int64_t{width} * height;
  const std::string size = absl::StrCat("picture of ", width, " x ", height);
  if (side > limits.max_side) {
    return SizeExcess{
        true, side, limits.max_side,
        absl::StrCat(size, " pixels, want at most ", limits.max_side, " pixels a side")};
  }
  if (pixels > limits.max_pixels) {
    return SizeExcess{
        false, pixels, limits.max_pixels,
        absl::StrCat(size, " = ", pixels, " pixels, want at most ", limits.max_pixels)};
  }
  return std::nullopt;
}

int Scaled(int length, double scale) { return static_cast<int>(std::ceil(length * scale)); }

}  // namespace

int ScaledWidth(const Scene& scene) { return Scaled(scene.width, scene.scale); }
int ScaledHeight(const Scene& scene) { return Scaled(scene.height, scene.scale); }

std::optional<SizeExcess> CheckSize(absl::Span<const Subject> subjects,
                                    const PictureOptions& options, const PictureLimits& limits) {
  const Plan plan = MakePlan(subjects, options);
  return CheckScaledSize(Scaled(plan.frame.width, options.scale),
                         Scaled(plan.frame.height, options.scale), limits);
}

absl::StatusOr<Scene> LayOutComparison(absl::Span<const Subject> subjects,
                                       const PictureOptions& options, const PictureLimits& limits,
                                       Cancelled cancelled) {
  Plan plan = MakePlan(subjects, options);
  const Frame& frame = plan.frame;
  Scene scene;
  scene.width = frame.width;
  scene.height = frame.height;
  scene.scale = options.scale;
  scene.theme = options.theme;
  if (const auto excess = CheckScaledSize(ScaledWidth(scene), ScaledHeight(scene), limits)) {
    return absl::InvalidArgumentError(excess->message);
  }
  bool stacked = false;
  int64_t arrows = 0;
  const int64_t highest = frame.memory_height > 0 ? HighestMemory(subjects) : 0;
  for (size_t i = 0; i < subjects.size(); ++i) {
    if (cancelled()) return absl::CancelledError("cancelled while drawing");
    const Panel& panel = frame.panels[i];
    stacked |= AddRows(frame, panel, subjects[i], static_cast<int>(i), scene);
    if (frame.memory_height > 0) AddMemoryRows(frame, panel, subjects[i], highest, scene);
    if (options.arrows) arrows = std::max(arrows, AddArrows(frame, panel, subjects[i], scene));
    if (options.critical_path) AddCriticalPath(frame, panel, subjects[i], scene);
  }
  if (options.arrows) {
    const bool none = arrows > kMostArrows;
    plan.legend.push_back(
        {none ? Swatch::kNone : Swatch::kArrow, OpKind::kForward, 0, ArrowText(none)});
  }
  if (stacked) plan.legend.push_back({Swatch::kNone, OpKind::kForward, 0, std::string(kStacked)});
  AddLegend(frame, WrapLegend(plan.legend, frame.text_width()), scene);
  AddCaptions(frame, plan.captions, scene);
  AddRankLabels(frame, scene);
  AddTimeAxis(frame, AxisTitle(options.labels), scene);
  scene.summary = absl::StrCat(plan.captions.title, ". ", absl::StrJoin(plan.captions.facts, " "));
  return scene;
}

absl::StatusOr<Scene> LayOut(const Subject& subject, const PictureOptions& options,
                             const PictureLimits& limits, Cancelled cancelled) {
  return LayOutComparison(absl::MakeConstSpan(&subject, 1), options, limits, cancelled);
}

}  // namespace pipesched
