#ifndef PIPESCHED_TESTS_RENDER_SCENE_TEXT_H_
#define PIPESCHED_TESTS_RENDER_SCENE_TEXT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "render/scene.h"

namespace pipesched {

// A scene as text, a line each: what golden scenes are compared as.
inline std::string FormatScene(const Scene& scene) {
  std::string out = absl::StrCat("scene ", scene.width, "x", scene.height, " scale ", scene.scale,
                                 scene.theme == Theme::kDark ? " dark" : " light", "\n");
  const auto rect = [](const Rect& r) {
    return absl::StrCat(r.x, ",", r.y, " ", r.width, "x", r.height);
  };
  const auto paint = [](Paint p, uint8_t shade) {
    return absl::StrCat(" paint ", static_cast<int>(p), shade == 0 ? "" : absl::StrCat("/", shade));
  };
  const auto points = [](const std::vector<Point>& list) {
    std::string text;
    for (const Point& point : list) absl::StrAppend(&text, " ", point.x, ",", point.y);
    return text;
  };
  for (const Bar& bar : scene.bars) {
    absl::StrAppend(&out, "bar ", rect(bar.rect), paint(bar.paint, bar.shade), "\n");
  }
  for (const Area& area : scene.areas) {
    absl::StrAppend(&out, "area", paint(area.paint, 0), " base ", area.base, points(area.curve),
                    "\n");
  }
  for (const Box& box : scene.boxes) {
    const Op op = box.first;
    absl::StrAppend(&out, "box ", rect(box.rect), paint(box.paint, box.shade), " rank ", box.rank,
                    " ");
    absl::StrAppend(&out, op.stage(), std::string(1, OpLetter(op.kind())), op.microbatch(), " x",
                    box.num_ops, "\n");
  }
  for (const Bar& mark : scene.marks) {
    absl::StrAppend(&out, "mark ", rect(mark.rect), paint(mark.paint, 0), "\n");
  }
  for (const Line& line : scene.lines) {
    absl::StrAppend(&out, "line", paint(line.paint, 0), " width ", line.width,
                    line.is_arrow ? " arrow" : "", line.is_dashed ? " dashed" : "",
                    points(line.points), "\n");
  }
  for (const Text& text : scene.texts) {
    absl::StrAppend(&out, "text ", text.x, ",", text.y, " size ", text.size, " anchor ",
                    static_cast<int>(text.anchor));
    absl::StrAppend(&out, paint(text.paint, 0), " ", text.text, "\n");
  }
  return out;
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_RENDER_SCENE_TEXT_H_
