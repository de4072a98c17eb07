#include "render/svg.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "render/canvas.h"
#include "render/escape.h"
#include "render/numbers.h"

namespace pipesched {
namespace {

constexpr size_t kMostHints = 5000;
constexpr int64_t kCheckEvery = 1024;  // elements

class SvgWriter {
 public:
  SvgWriter(const Scene& scene, absl::Span<const FileText> texts, Cancelled cancelled)
      : scene_(scene), texts_(texts), cancelled_(cancelled) {}

  absl::StatusOr<std::string> Write() {
    AddHead();
    const bool done =
        AddAll(scene_.bars, "shape-rendering=\"crispEdges\"") && AddAll(scene_.areas, "") &&
        AddAll(scene_.boxes, "shape-rendering=\"crispEdges\"") &&
        AddAll(scene_.marks, "shape-rendering=\"crispEdges\"") &&
        AddAll(scene_.lines, "fill=\"none\"") &&
        AddAll(scene_.texts, "font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\"");
    if (!done) return absl::CancelledError("cancelled while writing");
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  void AddHead() {
    absl::StrAppend(&out_, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"",
                    ScaledWidth(scene_), "\" height=\"", ScaledHeight(scene_), "\" viewBox=\"0 0 ",
                    scene_.width, " ", scene_.height, "\" role=\"img\">\n<title>",
                    EscapeMarkup(scene_.summary), "</title>\n");
    if (!texts_.empty()) AddTexts();
    absl::StrAppend(&out_, "<rect width=\"", scene_.width, "\" height=\"", scene_.height,
                    "\" fill=\"", Hex(Paint::kPage, 0), "\"/>\n");
  }

  void AddTexts() {
    out_ += "<metadata xmlns:p=\"urn:pipesched\">\n";
    for (const FileText& text : texts_) {
      absl::StrAppend(&out_, "<p:text key=\"", EscapeMarkup(text.key), "\" value=\"",
                      EscapeMarkup(text.value), "\"/>\n");
    }
    out_ += "</metadata>\n";
  }

  // False: cancelled.
  template <typename Shape>
  bool AddAll(const std::vector<Shape>& shapes, absl::string_view attributes) {
    absl::StrAppend(&out_, "<g", attributes.empty() ? "" : " ", attributes, ">\n");
    int64_t written = 0;
    for (const Shape& shape : shapes) {
      if (++written % kCheckEvery == 0 && cancelled_()) return false;
      Add(shape);
    }
    out_ += "</g>\n";
    return true;
  }

  std::string Hex(Paint paint, uint8_t shade) const {
    return ToHex(ColourOf(scene_.theme, paint, shade));
  }

  void AddRect(const Rect& rect, Paint paint, uint8_t shade, absl::string_view end) {
    absl::StrAppend(&out_, "<rect x=\"", rect.x, "\" y=\"", rect.y, "\" width=\"", rect.width,
                    "\" height=\"", rect.height, "\" fill=\"");
    absl::StrAppend(&out_, Hex(paint, shade), "\"", end);
  }

  void Add(const Bar& bar) { AddRect(bar.rect, bar.paint, bar.shade, "/>\n"); }

  void Add(const Box& box) {
    if (scene_.boxes.size() > kMostHints) return AddRect(box.rect, box.paint, box.shade, "/>\n");
    AddRect(box.rect, box.paint, box.shade, "><title>");
    const Op op = box.first;
    const std::string name = absl::StrCat(
        op.stage(), absl::string_view("FBIW").substr(static_cast<size_t>(op.kind()), 1),
        op.microbatch());
    absl::StrAppend(&out_, "rank ", box.rank, ": ", name,
                    box.num_ops > 1 ? absl::StrCat(" and ", box.num_ops - 1, " more") : "", ", ");
    absl::StrAppend(&out_, FormatTime(box.start), " to ", FormatTime(box.end), "</title></rect>\n");
  }

  void Add(const Area& area) {
    absl::StrAppend(&out_, "<path fill=\"", Hex(area.paint, 0), "\" d=\"M", area.curve.front().x,
                    " ", area.base);
    Point at = {area.curve.front().x, area.base};
    for (const Point& point : area.curve) {
      if (point.y != at.y) absl::StrAppend(&out_, "V", point.y);
      if (point.x != at.x) absl::StrAppend(&out_, "H", point.x);
      at = point;
    }
    absl::StrAppend(&out_, "V", area.base, "z\"/>\n");
  }

  void Add(const Line& line) {
    const double offset = line.width % 2 == 1 ? 0.5 : 0;
    absl::StrAppend(&out_, "<path stroke=\"", Hex(line.paint, 0), "\" stroke-width=\"", line.width,
                    line.is_dashed ? "\" stroke-dasharray=\"4\" d=\"" : "\" d=\"");
    char command = 'M';
    for (const Point& point : line.points) {
      absl::StrAppend(&out_, std::string(1, command), point.x + offset, " ", point.y + offset);
      command = 'L';
    }
    out_ += "\"/>\n";
    if (!line.is_arrow) return;
    absl::StrAppend(&out_, "<path fill=\"", Hex(line.paint, 0), "\" d=\"");
    command = 'M';
    for (const PointF& point : ArrowHead(line)) {
      absl::StrAppendFormat(&out_, "%c%.1f %.1f", command, point.x + offset, point.y + offset);
      command = 'L';
    }
    out_ += "z\"/>\n";
  }

  void Add(const Text& text) {
    absl::StrAppend(&out_, "<text x=\"", text.x, "\" y=\"", text.y, "\" font-size=\"", text.size,
                    "\" fill=\"");
    absl::StrAppend(&out_, Hex(text.paint, 0), "\"",
                    text.anchor == Anchor::kStart    ? ""
                    : text.anchor == Anchor::kMiddle ? " text-anchor=\"middle\""
                                                     : " text-anchor=\"end\"",
                    ">", EscapeMarkup(text.text), "</text>\n");
  }

  const Scene& scene_;
  const absl::Span<const FileText> texts_;
  const Cancelled cancelled_;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> WriteSvg(const Scene& scene, absl::Span<const FileText> texts,
                                     Cancelled cancelled) {
  return SvgWriter(scene, texts, cancelled).Write();
}

}  // namespace pipesched
