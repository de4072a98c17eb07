#include "render/captions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "render/axis.h"
#include "render/font.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

constexpr absl::string_view kTimes = "\u00D7";          // ×
constexpr absl::string_view kEnDash = "\u2013";         // –
constexpr absl::string_view kSeparator = "  \u00B7  ";  // ·

constexpr int kSwatch = 12;
constexpr int kSwatchGap = 6;  // between a swatch and its text
constexpr int kEntryGap = 22;
constexpr int kDigestDigits = 12;

constexpr struct {
  OpKind kind;
  absl::string_view name;
} kKindNames[kNumOpKinds] = {{OpKind::kForward, "forward (F)"},
                             {OpKind::kBackward, "backward (B)"},
                             {OpKind::kBackwardInput, "backward for inputs (I)"},
                             {OpKind::kBackwardWeight, "backward for weights (W)"}};

std::string Count(int count, absl::string_view noun, absl::string_view plural_ending = "s") {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : plural_ending);
}

void AddFitted(absl::string_view text, int x, int y, int size, Paint paint, double max_width,
               Scene& scene) {
  std::string fitted = Font::Default().Fit(text, size, max_width);
  if (!fitted.empty())
    scene.texts.push_back({std::move(fitted), x, y, size, Anchor::kStart, paint});
}

std::string FormatRange(const TimeRange& range, const TickScale& scale) {
  const std::string min = FormatTime(scale.ToUnits(range.min));
  const std::string max = FormatTime(scale.ToUnits(range.max));
  return min == max ? min : absl::StrCat(min, kEnDash, max);
}

// Writes the entries of a legend from left to right.
class LegendWriter {
 public:
  LegendWriter(const Frame& frame, Scene& scene)
      : scene_(scene), y_(frame.legend_y), x_(frame.plot.x), end_(frame.plot.right()) {}

  // `upper` and `lower`: the two halves of the swatch.
  void Add(Paint upper, Paint lower, absl::string_view name) {
    constexpr int kHalf = kSwatch / 2;
    const int top = y_ - kSwatch + 2;
    scene_.bars.push_back({{x_, top, kSwatch, kHalf}, upper});
    scene_.bars.push_back({{x_, top + kHalf, kSwatch, kHalf}, lower});
    x_ += kSwatch + kSwatchGap;
    AddText(name);
  }

  void AddText(absl::string_view text) {
    AddFitted(text, x_, y_, kAxisSize, Paint::kInk, end_ - x_, scene_);
    x_ += static_cast<int>(std::ceil(Font::Default().Width(text, kAxisSize))) + kEntryGap;
  }

 private:
  Scene& scene_;
  const int y_;
  int x_;
  const int end_;
};

}  // namespace

void TimeRange::Add(int64_t ticks) {
  min = empty() ? ticks : std::min(min, ticks);
  max = std::max(max, ticks);
}

OpTimes FindOpTimes(const Order& order, const Timeline& timeline) {
  OpTimes times;
  for (size_t i = 0; i < order.ops.size(); ++i) {
    const Op op = order.ops[i];
    TimeRange& range = op.fused() ? times.pairs : times.kinds[static_cast<size_t>(op.kind())];
    range.Add(timeline.ends[i] - timeline.starts[i]);
  }
  return times;
}

std::string TimeUnit(const PictureLabels& labels) {
  return labels.time_unit.empty() ? "time units" : PrintableText(labels.time_unit);
}

std::string AxisTitle(const PictureLabels& labels) {
  const std::string unit = TimeUnit(labels);
  return labels.time_unit.empty() ? unit : absl::StrCat("time (", unit, ")");
}

void AddTitle(const Frame& frame, const Pipeline& pipeline, const Metrics& metrics,
              const PictureLabels& labels, Scene& scene) {
  const int v = pipeline.shape.chunks_per_rank;
  const std::string chunks = v == 1 ? "" : absl::StrCat(Count(v, "chunk"), " ", kTimes, " ");
  const std::string subject =
      absl::StrCat(labels.schedule, ", ", Count(pipeline.shape.num_ranks, "rank"), " ", kTimes, " ",
                   chunks, Count(pipeline.shape.num_microbatches, "microbatch", "es"));
  const std::string facts = absl::StrCat(
      "makespan ", FormatTime(pipeline.scale.ToUnits(metrics.makespan)), " ", TimeUnit(labels),
      kSeparator, absl::StrFormat("bubble rate %.2f %% (idle / total)", 100 * metrics.bubble_rate),
      kSeparator,
      absl::StrFormat("bubble overhead %.2f %% (idle / busy)", 100 * metrics.bubble_overhead));
  const bool titled = !labels.title.empty();
  AddFitted(titled ? PrintableText(labels.title) : subject, frame.plot.x, frame.title_y, kTitleSize,
            Paint::kInk, frame.plot.width, scene);
  AddFitted(titled ? absl::StrCat(subject, kSeparator, facts) : facts, frame.plot.x, frame.facts_y,
            kFactsSize, Paint::kInk, frame.plot.width, scene);
}

void AddLegend(const Frame& frame, const OpTimes& times, bool stacked, Scene& scene) {
  LegendWriter legend(frame, scene);
  for (const auto& [kind, name] : kKindNames) {
    if (times.Has(kind)) legend.Add(PaintOf(kind), PaintOf(kind), name);
  }
  if (!times.pairs.empty()) {
    legend.Add(Paint::kForward, Paint::kBackward, "overlapped pair (F above B)");
  }
  legend.Add(Paint::kIdle, Paint::kIdle, "idle");
  if (stacked) legend.AddText("stacked: ops too short to draw, by share of time");
}

void AddFootnote(const Frame& frame, const Pipeline& pipeline, const OpTimes& times,
                 const PictureLabels& labels, Scene& scene) {
  std::vector<std::string> parts;
  for (const auto& [kind, name] : kKindNames) {
    if (!times.Has(kind)) continue;
    const TimeRange& range = times.kinds[static_cast<size_t>(kind)];
    parts.push_back(absl::StrCat(absl::string_view(name), " ", FormatRange(range, pipeline.scale)));
  }
  if (!times.pairs.empty()) {
    parts.push_back(absl::StrCat("overlapped pair ", FormatRange(times.pairs, pipeline.scale)));
  }
  TimeRange p2p;
  for (const int64_t ticks : pipeline.p2p_forward) p2p.Add(ticks);
  for (const int64_t ticks : pipeline.p2p_backward) p2p.Add(ticks);
  if (!p2p.empty()) parts.push_back(absl::StrCat("p2p ", FormatRange(p2p, pipeline.scale)));
  parts.push_back(absl::StrCat("bubble rate = idle rank time / (ranks ", kTimes, " makespan)"));
  const std::string digest =
      absl::StrCat("digest ", absl::string_view(labels.digest).substr(0, kDigestDigits));
  const double digest_width = Font::Default().Width(digest, kFootnoteSize);
  AddFitted(absl::StrJoin(parts, kSeparator), frame.plot.x, frame.footnote_y, kFootnoteSize,
            Paint::kFaintInk, frame.plot.width - digest_width - kEntryGap, scene);
  scene.texts.push_back({digest, frame.plot.right(), frame.footnote_y, kFootnoteSize, Anchor::kEnd,
                         Paint::kFaintInk});
}

}  // namespace pipesched
