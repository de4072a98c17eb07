#include "render/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "render/font.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

constexpr double kDash = 4;
constexpr int64_t kCheckEvery = 1024;  // shapes

class Painter {
 public:
  Painter(const Scene& scene, cairo_t* cairo) : scene_(scene), cairo_(cairo) {}

  void SetPaint(Paint paint, uint8_t shade = 0) {
    const Colour colour = ColourOf(scene_.theme, paint, shade);
    cairo_set_source_rgb(cairo_, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
  }

  void Fill(const Rect& rect, Paint paint, uint8_t shade) {
    SetPaint(paint, shade);
    cairo_rectangle(cairo_, rect.x, rect.y, rect.width, rect.height);
    cairo_fill(cairo_);
  }

  void Fill(const Area& area) {
    SetPaint(area.paint);
    cairo_move_to(cairo_, area.curve.front().x, area.base);
    for (const Point& point : area.curve) cairo_line_to(cairo_, point.x, point.y);
    cairo_line_to(cairo_, area.curve.back().x, area.base);
    cairo_close_path(cairo_);
    cairo_fill(cairo_);
  }

  // Lines of odd width lie on the middle of pixels.
  void Draw(const Line& line) {
    const double offset = line.width % 2 == 1 ? 0.5 : 0;
    SetPaint(line.paint);
    cairo_set_line_width(cairo_, line.width);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_BEVEL);
    const double dashes[] = {kDash, kDash};
    cairo_set_dash(cairo_, dashes, line.is_dashed ? 2 : 0, 0);
    for (const Point& point : line.points) {
      cairo_line_to(cairo_, point.x + offset, point.y + offset);
    }
    cairo_stroke(cairo_);
    if (!line.is_arrow) return;
    const std::array<PointF, 3> head = ArrowHead(line);
    for (const PointF& point : head) cairo_line_to(cairo_, point.x + offset, point.y + offset);
    cairo_close_path(cairo_);
    cairo_fill(cairo_);
  }

  void SetFont();
  void Draw(const Text& text);

 private:
  const Scene& scene_;
  cairo_t* const cairo_;
};

// Glyphs are upright and unhinted in width, so that a text is as wide as Font
// says; the outlines are hinted in height, which keeps small digits sharp.
void Painter::SetFont() {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cairo_, options);
  cairo_font_options_destroy(options);
  cairo_set_font_face(cairo_, Font::Default().cairo_face());
}

void Painter::Draw(const Text& text) {
  const Font& font = Font::Default();
  std::vector<cairo_glyph_t> glyphs;
  double width = 0;
  for (absl::string_view rest = text.text; !rest.empty();) {
    const Font::Glyph glyph = font.GlyphOf(TakeCodePoint(rest));
    glyphs.push_back({glyph.index, width, static_cast<double>(text.y)});
    width += glyph.advance * text.size;
  }
  const double left = text.anchor == Anchor::kStart    ? text.x
                      : text.anchor == Anchor::kMiddle ? text.x - width / 2
                                                       : text.x - width;
  for (cairo_glyph_t& glyph : glyphs) glyph.x += left;
  SetPaint(text.paint);
  cairo_set_font_size(cairo_, text.size);
  cairo_show_glyphs(cairo_, glyphs.data(), static_cast<int>(glyphs.size()));
}

}  // namespace

std::array<PointF, 3> ArrowHead(const Line& line) {
  constexpr double kLength = 6;
  constexpr double kHalfWidth = 2.5;
  const Point& tip = line.points.back();
  const Point& before = line.points[line.points.size() - 2];
  const double dx = tip.x - before.x;
  const double dy = tip.y - before.y;
  const double length = std::max(1e-9, std::sqrt(dx * dx + dy * dy));
  const double ux = dx / length;
  const double uy = dy / length;
  const double back_x = tip.x - kLength * ux;
  const double back_y = tip.y - kLength * uy;
  return {PointF{static_cast<double>(tip.x), static_cast<double>(tip.y)},
          PointF{back_x - kHalfWidth * uy, back_y + kHalfWidth * ux},
          PointF{back_x + kHalfWidth * uy, back_y - kHalfWidth * ux}};
}

bool DrawScene(const Scene& scene, cairo_t* cairo, Cancelled cancelled) {
  Painter painter(scene, cairo);
  cairo_scale(cairo, scene.scale, scene.scale);
  painter.SetPaint(Paint::kPage);
  cairo_paint(cairo);
  int64_t drawn = 0;
  const auto stop = [&] { return ++drawn % kCheckEvery == 0 && cancelled(); };
  for (const Bar& bar : scene.bars) painter.Fill(bar.rect, bar.paint, bar.shade);
  for (const Area& area : scene.areas) {
    if (stop()) return false;
    painter.Fill(area);
  }
  for (const Box& box : scene.boxes) {
    if (stop()) return false;
    painter.Fill(box.rect, box.paint, box.shade);
  }
  for (const Bar& mark : scene.marks) {
    if (stop()) return false;
    painter.Fill(mark.rect, mark.paint, mark.shade);
  }
  for (const Line& line : scene.lines) {
    if (stop()) return false;
    painter.Draw(line);
  }
  painter.SetFont();
  for (const Text& text : scene.texts) {
    if (stop()) return false;
    painter.Draw(text);
  }
  return true;
}

}  // namespace pipesched
