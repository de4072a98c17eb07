#include "render/font.h"

#include <cairo-ft.h>

#include <cstddef>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "render/utf8.h"
#include FT_ADVANCES_H

extern "C" {
extern const FT_Byte pipesched_dejavu_sans[];
extern const FT_Byte pipesched_dejavu_sans_end[];
}

namespace pipesched {
namespace {

constexpr absl::string_view kEllipsis = "\u2026";

// A face that lives as long as the program, with a library of its own, since
// FreeType's objects must not be shared between threads. Opening it can fail
// only if memory has run out.
FT_Face OpenFace() {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  if (FT_Init_FreeType(&library) != 0 ||
      FT_New_Memory_Face(library, pipesched_dejavu_sans,
                         pipesched_dejavu_sans_end - pipesched_dejavu_sans, 0, &face) != 0) {
    std::abort();
  }
  return face;
}

}  // namespace

const Font& Font::Default() {
  static const Font* const font = new Font;
  return *font;
}

Font::Font()
    : metrics_face_(OpenFace()),
      cairo_face_(cairo_ft_font_face_create_for_ft_face(OpenFace(), 0)) {}

Font::Glyph Font::GlyphOf(char32_t code_point) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const FT_UInt index = FT_Get_Char_Index(metrics_face_, code_point);
  FT_Fixed advance = 0;
  FT_Get_Advance(metrics_face_, index, FT_LOAD_NO_SCALE, &advance);
  return {index, static_cast<double>(advance) / metrics_face_->units_per_EM};
}

double Font::Width(absl::string_view text, int size) const {
  double ems = 0;
  while (!text.empty()) ems += GlyphOf(TakeCodePoint(text)).advance;
  return ems * size;
}

std::string Font::Fit(absl::string_view text, int size, double max_width) const {
  const double room = max_width - Width(kEllipsis, size);
  double width = 0;
  size_t cut = absl::string_view::npos;  // where the text ends if it needs an ellipsis
  for (absl::string_view rest = text; !rest.empty();) {
    if (width <= room) cut = text.size() - rest.size();
    width += GlyphOf(TakeCodePoint(rest)).advance * size;
    if (width <= max_width) continue;
    if (cut == absl::string_view::npos) return "";
    return absl::StrCat(text.substr(0, cut), kEllipsis);
  }
  return std::string(text);
}

}  // namespace pipesched
