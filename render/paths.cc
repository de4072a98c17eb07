#include "render/paths.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "engine/sim/data_flow.h"

namespace pipesched {
namespace {

constexpr int kPathWidth = 3;
constexpr int kLeastArrowRow = 6;  // a lower row has no room for arrows

// Where ops of a subject are in a panel.
class Places {
 public:
  Places(const Frame& frame, const Panel& panel, const Subject& subject)
      : frame_(frame),
        panel_(panel),
        subject_(subject),
        row_of_rank_(static_cast<size_t>(subject.order.num_ranks()), -1) {
    for (size_t row = 0; row < panel.ranks.size(); ++row) {
      row_of_rank_[static_cast<size_t>(panel.ranks[row])] = static_cast<int>(row);
    }
  }

  double Start(size_t op) const { return scale().ToUnits(subject_.timeline.starts[op]); }
  double End(size_t op) const { return scale().ToUnits(subject_.timeline.ends[op]); }

  // None: the rank is not shown.
  std::optional<Rect> RowOf(int rank) const {
    const int row = row_of_rank_[static_cast<size_t>(rank)];
    if (row < 0) return std::nullopt;
    return frame_.Row(panel_, static_cast<size_t>(row));
  }
  std::optional<Rect> RowOf(Op op) const {
    return RowOf(subject_.placement.RankOf(op.stage(), op.microbatch()));
  }

 private:
  const TickScale& scale() const { return subject_.pipeline.scale; }

  const Frame& frame_;
  const Panel& panel_;
  const Subject& subject_;
  std::vector<int> row_of_rank_;
};

// The op that makes each data, by kind, stage and microbatch.
class Producers {
 public:
  explicit Producers(const Subject& subject)
      : microbatches_(static_cast<size_t>(subject.pipeline.shape.num_microbatches)),
        stages_(static_cast<size_t>(subject.placement.num_stages())),
        ops_(2 * microbatches_ * stages_) {
    for (size_t i = 0; i < subject.order.ops.size(); ++i) {
      const Op op = subject.order.ops[i];
      if (MakesData(op.kind())) ops_[Index({MadeBy(op.kind()), op.stage()}, op)] = i;
    }
  }

  size_t Of(Data data, Op op) const { return ops_[Index(data, op)]; }

 private:
  size_t Index(Data data, Op op) const {
    const size_t kind = data.kind == DataKind::kActivation ? 0 : 1;
    return (kind * stages_ + static_cast<size_t>(data.stage)) * microbatches_ +
           static_cast<size_t>(op.microbatch());
  }

  const size_t microbatches_;
  const size_t stages_;
  std::vector<size_t> ops_;
};

}  // namespace

void AddCriticalPath(const Frame& frame, const Panel& panel, const Subject& subject, Scene& scene) {
  const Places places(frame, panel, subject);
  Line line;
  line.paint = Paint::kCritical;
  line.width = frame.row_height >= 12 ? kPathWidth : frame.row_height >= 5 ? 2 : 1;
  const auto add = [&line](Point point) {
    std::vector<Point>& points = line.points;
    if (!points.empty() && points.back() == point) return;
    // Straight on along a row, or up or down.
    if (points.size() > 1) {
      const Point& a = points[points.size() - 2];
      const Point& b = points.back();
      const bool along = a.y == b.y && b.y == point.y;
      const bool down = a.x == b.x && b.x == point.x && (b.y - a.y > 0) == (point.y - b.y > 0);
      if (along || down) points.pop_back();
    }
    points.push_back(point);
  };
  const auto end_line = [&] {
    if (line.points.size() > 1) scene.lines.push_back(line);
    line.points.clear();
  };
  for (const int64_t index : subject.metrics.critical_path.ops) {
    const auto op = static_cast<size_t>(index);
    const std::optional<Rect> row = places.RowOf(subject.order.ops[op]);
    if (!row || places.End(op) <= frame.begin || places.Start(op) >= frame.end) {
      end_line();
      continue;
    }
    const int y = row->bottom() - (line.width + 1) / 2;
    add({frame.X(places.Start(op)), y});
    add({frame.X(places.End(op)), y});
  }
  end_line();
}

int64_t AddArrows(const Frame& frame, const Panel& panel, const Subject& subject, Scene& scene) {
  if (frame.row_height < kLeastArrowRow) return 0;
  const Places places(frame, panel, subject);
  const Producers producers(subject);
  std::vector<Line> arrows;
  int64_t count = 0;
  for (size_t i = 0; i < subject.order.ops.size(); ++i) {
    const Op op = subject.order.ops[i];
    const Data need = NeedsOf(op)[0];
    if (need.stage == op.stage() || need.stage < 0 ||
        need.stage >= subject.placement.num_stages()) {
      continue;
    }
    const std::optional<Rect> to = places.RowOf(op);
    const size_t producer = producers.Of(need, op);
    const std::optional<Rect> from = places.RowOf(subject.order.ops[producer]);
    if (!to || !from || to->y == from->y || places.End(producer) < frame.begin ||
        places.Start(i) > frame.end) {
      continue;
    }
    if (++count > kMostArrows) continue;
    const Point start = {frame.X(places.End(producer)) - 1, from->y + from->height / 2};
    const Point end = {frame.X(places.Start(i)) + 1, to->y + to->height / 2};
    arrows.push_back({{start, end}, Paint::kArrow, 1, true, false});
  }
  if (count > kMostArrows) return count;
  for (Line& arrow : arrows) scene.lines.push_back(std::move(arrow));
  return count;
}

}  // namespace pipesched
