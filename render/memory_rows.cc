#include "render/memory_rows.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/metrics/memory.h"
#include "render/font.h"
#include "render/numbers.h"

namespace pipesched {
namespace {

// What a rank holds while an op runs, and from its end to the next op.
struct Level {
  int64_t during;
  int64_t after;
};

std::vector<Level> LevelsOf(const Subject& subject, int rank, bool bytes) {
  const absl::Span<const Op> ops = subject.order.rank(rank);
  std::vector<Level> levels;
  levels.reserve(ops.size());
  if (bytes) {
    const std::vector<int64_t> held = HeldBytes(subject.pipeline, subject.placement, rank, ops);
    for (size_t i = 0; i < ops.size(); ++i) {
      const StageCost& cost = subject.pipeline.stages[static_cast<size_t>(ops[i].stage())];
      levels.push_back({held[i], held[i] - ReleasedBytes(cost, ops[i].kind())});
    }
    return levels;
  }
  int64_t alive = 0;
  for (const Op op : ops) {
    const int change = ActivationChange(op.kind());
    const int64_t during = alive + std::max(change, 0);
    alive += change;
    levels.push_back({during, alive});
  }
  return levels;
}

int64_t StaticBytes(const Subject& subject, int rank) {
  uint64_t sum = 0;
  for (const int stage : subject.placement.StagesOf(rank)) {
    sum += static_cast<uint64_t>(subject.pipeline.stages[static_cast<size_t>(stage)].static_bytes);
  }
  return static_cast<int64_t>(std::min<uint64_t>(sum, uint64_t{1} << 62));
}

class CurveWriter {
 public:
  CurveWriter(const Frame& frame, const Subject& subject, int64_t highest, Scene& scene)
      : frame_(frame),
        subject_(subject),
        bytes_(NamesBytes(subject.pipeline)),
        highest_(static_cast<double>(highest)),
        scene_(scene) {}

  void Add(int rank, const Rect& rect) {
    rect_ = rect;
    columns_.assign(static_cast<size_t>(rect.width) + 1, 0);
    Fill(rank);
    scene_.bars.push_back({{rect.x, rect.bottom(), rect.width, 1}, Paint::kGrid});
    Area area;
    area.base = rect.bottom();
    for (int x = 0; x < rect.width; ++x) {
      const int y = Y(columns_[static_cast<size_t>(x)]);
      if (!area.curve.empty() && area.curve.back().y == y) continue;
      if (!area.curve.empty()) area.curve.push_back({rect.x + x, area.curve.back().y});
      area.curve.push_back({rect.x + x, y});
    }
    area.curve.push_back({rect.right(), area.curve.back().y});
    scene_.areas.push_back(std::move(area));
    AddLimit(rank);
    const MemoryPeak& peak = subject_.metrics.ranks[static_cast<size_t>(rank)].peak;
    const int cap = static_cast<int>(std::round(Font::kCapHeight * kFootnoteSize));
    scene_.texts.push_back(
        {bytes_ ? FormatBytes(peak.bytes) : absl::StrCat(peak.activations, " alive"),
         rect.right() + 6, rect.y + (rect.height + cap) / 2, kFootnoteSize, Anchor::kStart,
         Paint::kFaintInk});
  }

 private:
  int Y(int64_t level) const {
    const double part = std::min(1.0, static_cast<double>(level) / highest_);
    return rect_.bottom() - static_cast<int>(std::round(part * rect_.height));
  }

  // The highest level in each pixel's time.
  void Fill(int rank) {
    const std::vector<Level> levels = LevelsOf(subject_, rank, bytes_);
    const auto first = static_cast<size_t>(subject_.order.rank_offsets[static_cast<size_t>(rank)]);
    const TickScale& scale = subject_.pipeline.scale;
    int64_t level = bytes_ ? StaticBytes(subject_, rank) : 0;
    int from = rect_.x;
    const auto raise = [&](int to, int64_t value) {
      for (int x = from; x <= std::min(to, rect_.right() - 1); ++x) {
        int64_t& column = columns_[static_cast<size_t>(x - rect_.x)];
        column = std::max(column, value);
      }
    };
    for (size_t i = 0; i < levels.size(); ++i) {
      const int start = frame_.X(scale.ToUnits(subject_.timeline.starts[first + i]));
      const int end = frame_.X(scale.ToUnits(subject_.timeline.ends[first + i]));
      raise(start - 1, level);
      from = start;
      raise(std::max(start, end - 1), levels[i].during);
      from = end;
      level = levels[i].after;
    }
    raise(rect_.right(), level);
  }

  void AddLimit(int rank) {
    const std::vector<int64_t>& limits = subject_.pipeline.memory_limit_bytes;
    if (limits.empty() || !bytes_) return;
    const int y = Y(limits[static_cast<size_t>(rank)]);
    scene_.lines.push_back({{{rect_.x, y}, {rect_.right(), y}}, Paint::kLimit, 1, false, true});
  }

  const Frame& frame_;
  const Subject& subject_;
  const bool bytes_;
  const double highest_;
  Scene& scene_;
  Rect rect_;
  std::vector<int64_t> columns_;
};

}  // namespace

void AddMemoryRows(const Frame& frame, const Panel& panel, const Subject& subject, int64_t highest,
                   Scene& scene) {
  CurveWriter writer(frame, subject, highest, scene);
  for (size_t row = 0; row < panel.ranks.size(); ++row) {
    writer.Add(panel.ranks[row], frame.MemoryRow(panel, row));
  }
}

}  // namespace pipesched
