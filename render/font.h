#ifndef PIPESCHED_RENDER_FONT_H_
#define PIPESCHED_RENDER_FONT_H_

#include <cairo.h>
#include <ft2build.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"
#include FT_FREETYPE_H

namespace pipesched {

// DejaVu Sans, which is part of the program: no search for fonts at start-up,
// and the same picture on every machine. Text is a row of single glyphs, one a
// code point, without kerning or shaping. Safe to use from many threads.
class Font {
 public:
  // The one font, opened at first use.
  static const Font& Default();

  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;

  struct Glyph {
    uint32_t index;  // 0 draws as an empty box
    double advance;  // width, as a part of the em
  };
  Glyph GlyphOf(char32_t code_point) const;

  // Width of `text` in pixels, `size` pixels an em.
  double Width(absl::string_view text, int size) const;

  // The longest start of `text` that is at most `max_width` pixels wide, with
  // an ellipsis if it is not all of it. Empty if not even that fits.
  std::string Fit(absl::string_view text, int size, double max_width) const;

  // Heights as parts of the em: of digits and capitals, of the highest and
  // lowest parts of any letter of Latin, Greek and Cyrillic.
  static constexpr double kCapHeight = 0.729;
  static constexpr double kAscent = 0.94;
  static constexpr double kDescent = 0.24;

  cairo_font_face_t* cairo_face() const { return cairo_face_; }

 private:
  Font();

  mutable std::mutex mutex_;  // guards metrics_face_ and what it points to
  FT_Face metrics_face_ = nullptr;
  cairo_font_face_t* cairo_face_ = nullptr;  // over a face of its own, which Cairo locks
};

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_FONT_H_
