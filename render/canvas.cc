#include "render/canvas.h"

#include <cmath>
#include <vector>

#include "absl/strings/string_view.h"
#include "render/font.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

void SetPaint(Paint paint, cairo_t* cairo) {
  const Colour colour = ColourOf(paint);
  cairo_set_source_rgb(cairo, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
}

void FillRect(const Rect& rect, Paint paint, cairo_t* cairo) {
  SetPaint(paint, cairo);
  cairo_rectangle(cairo, rect.x, rect.y, rect.width, rect.height);
  cairo_fill(cairo);
}

// Glyphs are upright and unhinted in width, so that a text is as wide as Font
// says; the outlines are hinted in height, which keeps small digits sharp.
void SetFont(cairo_t* cairo) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
  cairo_set_font_face(cairo, Font::Default().cairo_face());
}

void DrawText(const Text& text, cairo_t* cairo) {
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
  SetPaint(text.paint, cairo);
  cairo_set_font_size(cairo, text.size);
  cairo_show_glyphs(cairo, glyphs.data(), static_cast<int>(glyphs.size()));
}

}  // namespace

void DrawScene(const Scene& scene, cairo_t* cairo) {
  SetPaint(Paint::kPage, cairo);
  cairo_paint(cairo);
  for (const Bar& bar : scene.bars) FillRect(bar.rect, bar.paint, cairo);
  for (const Box& box : scene.boxes) FillRect(box.rect, box.paint, cairo);
  SetFont(cairo);
  for (const Text& text : scene.texts) DrawText(text, cairo);
}

}  // namespace pipesched
