#include "render/legend.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "render/facts.h"
#include "render/font.h"
#include "render/rows.h"

namespace pipesched {
namespace {

constexpr int kSwatchWidth = 16;
constexpr int kSwatchHeight = 14;
constexpr int kSwatchGap = 6;  // between a swatch and its text
constexpr int kEntryGap = 20;
constexpr int kMostShades = 8;

int SwatchWidth(const LegendEntry& entry) {
  switch (entry.swatch) {
    case Swatch::kNone: return 0;
    case Swatch::kShades: return std::min(entry.num_shades, kMostShades) * kSwatchWidth;
    case Swatch::kArrow:
    case Swatch::kCritical:
    case Swatch::kLimit: return kSwatchWidth + 6;
    default: return kSwatchWidth;
  }
}

int EntryWidth(const LegendEntry& entry) {
  const int swatch = SwatchWidth(entry);
  return swatch + (swatch > 0 ? kSwatchGap : 0) +
         static_cast<int>(std::ceil(Font::Default().Width(entry.text, kAxisSize)));
}

void AddSwatch(const LegendEntry& entry, int x, int baseline, Scene& scene) {
  const Rect rect = {x, baseline - kSwatchHeight + 3, SwatchWidth(entry), kSwatchHeight};
  const int middle = rect.y + rect.height / 2;
  switch (entry.swatch) {
    case Swatch::kNone: break;
    case Swatch::kOp:
      scene.bars.push_back({rect, PaintOf(entry.kind)});
      AddMarks(rect, entry.kind, scene);
      break;
    case Swatch::kPair:
      scene.bars.push_back({{rect.x, rect.y, rect.width, rect.height / 2}, Paint::kForward});
      scene.bars.push_back(
          {{rect.x, middle, rect.width, rect.height - rect.height / 2}, Paint::kBackward});
      break;
    case Swatch::kShades: {
      const int shades = std::min(entry.num_shades, kMostShades);
      for (int i = 0; i < shades; ++i) {
        scene.bars.push_back({{rect.x + i * kSwatchWidth, rect.y, kSwatchWidth, rect.height},
                              Paint::kForward,
                              static_cast<uint8_t>(i * kPalest / (shades - 1))});
      }
      break;
    }
    case Swatch::kIdle: scene.bars.push_back({rect, Paint::kIdle}); break;
    case Swatch::kMemory:
      scene.areas.push_back({{{rect.x, middle + 1},
                              {rect.x + 6, middle + 1},
                              {rect.x + 6, rect.y + 2},
                              {rect.right(), rect.y + 2}},
                             rect.bottom(),
                             Paint::kMemory});
      break;
    case Swatch::kLimit:
      scene.lines.push_back(
          {{{rect.x, middle}, {rect.right(), middle}}, Paint::kLimit, 1, false, true});
      break;
    case Swatch::kCritical:
      scene.lines.push_back({{{rect.x, middle}, {rect.right(), middle}}, Paint::kCritical, 3});
      break;
    case Swatch::kArrow:
      scene.lines.push_back({{{rect.x, middle}, {rect.right(), middle}}, Paint::kArrow, 1, true});
      break;
  }
}

}  // namespace

std::vector<LegendEntry> LegendOf(absl::Span<const Subject> subjects, const PictureOptions& options,
                                  const Frame& frame) {
  OpTimes times;
  int chunks = 1;
  int replicas = 1;
  bool limits = false;
  for (const Subject& subject : subjects) {
    times.Add(FindOpTimes(subject.order, subject.timeline));
    const Shades shades(subject);
    chunks = std::max(chunks, shades.num_chunks());
    replicas = std::max(replicas, shades.num_replicas());
    limits = limits || !subject.pipeline.memory_limit_bytes.empty();
  }
  std::vector<LegendEntry> entries;
  const auto add = [&entries](Swatch swatch, std::string text) -> LegendEntry& {
    entries.push_back({swatch, OpKind::kForward, 0, std::move(text)});
    return entries.back();
  };
  for (const KindName& row : KindNames()) {
    if (times.Has(row.kind)) add(Swatch::kOp, std::string(row.name)).kind = row.kind;
  }
  if (!times.pairs.empty()) add(Swatch::kPair, "overlapped pair (F above B)");
  if (chunks > 1) {
    const std::string text =
        chunks == 2 ? "chunk 0, 1" : absl::StrCat("chunks 0 to ", chunks - 1, ", the last pale");
    add(Swatch::kShades, text).num_shades = chunks;
  }
  if (replicas > 1) add(Swatch::kShades, "direction 0, 1").num_shades = 2;
  add(Swatch::kIdle, "idle");
  if (options.critical_path) add(Swatch::kCritical, "critical path");
  if (frame.memory_height > 0) {
    const bool bytes = NamesBytes(subjects[0].pipeline);
    add(Swatch::kMemory, bytes ? "memory held, with its peak" : "activations alive, with the peak");
    if (limits && bytes) add(Swatch::kLimit, "memory limit");
  } else if (ShowsMemory(subjects, options)) {
    add(Swatch::kNone, "memory: no room at this many ranks");
  }
  return entries;
}

std::vector<std::vector<LegendEntry>> WrapLegend(const std::vector<LegendEntry>& entries,
                                                 int width) {
  std::vector<std::vector<LegendEntry>> lines(1);
  int used = 0;
  for (const LegendEntry& entry : entries) {
    const int needed = EntryWidth(entry);
    if (!lines.back().empty() && used + needed > width) {
      lines.emplace_back();
      used = 0;
    }
    lines.back().push_back(entry);
    used += needed + kEntryGap;
  }
  return lines;
}

void AddLegend(const Frame& frame, const std::vector<std::vector<LegendEntry>>& lines,
               Scene& scene) {
  int y = frame.legend_y;
  for (const std::vector<LegendEntry>& line : lines) {
    int x = frame.plot.x;
    for (const LegendEntry& entry : line) {
      AddSwatch(entry, x, y, scene);
      const int swatch = SwatchWidth(entry);
      const int text_x = x + swatch + (swatch > 0 ? kSwatchGap : 0);
      const std::string text =
          Font::Default().Fit(entry.text, kAxisSize, frame.plot.x + frame.text_width() - text_x);
      if (!text.empty()) {
        scene.texts.push_back({text, text_x, y, kAxisSize, Anchor::kStart, Paint::kInk});
      }
      x += EntryWidth(entry) + kEntryGap;
    }
    y += kLegendLine;
  }
}

}  // namespace pipesched
