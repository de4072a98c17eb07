#include "render/palette.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "absl/strings/str_format.h"

namespace pipesched {
namespace {

struct PaintInfo {
  Paint paint;
  Colour light;
  Colour dark;
  double palest;  // part of the page's colour in the palest shade
};
constexpr PaintInfo kPaints[] = {
    {Paint::kForward, {0x2F, 0x78, 0xB7}, {0x3D, 0x86, 0xC6}, 0.50},         // blue
    {Paint::kBackward, {0xF2, 0xA3, 0x3C}, {0xF2, 0xB0, 0x50}, 0.42},        // orange
    {Paint::kBackwardInput, {0xE5, 0x79, 0x3D}, {0xEB, 0x83, 0x47}, 0.42},   // vermilion
    {Paint::kBackwardWeight, {0xA6, 0xD9, 0xB8}, {0xAF, 0xE0, 0xC3}, 0.36},  // pale green
    {Paint::kIdle, {0xEC, 0xEE, 0xF1}, {0x25, 0x2B, 0x33}, 0},
    {Paint::kPage, {0xFF, 0xFF, 0xFF}, {0x12, 0x16, 0x1B}, 0},
    {Paint::kInk, {0x1F, 0x24, 0x2B}, {0xE8, 0xEC, 0xF1}, 0},
    {Paint::kFaintInk, {0x5B, 0x65, 0x70}, {0xA3, 0xAE, 0xBA}, 0},
    {Paint::kGrid, {0xD9, 0xDD, 0xE2}, {0x3A, 0x42, 0x4C}, 0},
    {Paint::kMark, {0x5E, 0x43, 0x22}, {0x33, 0x26, 0x16}, 0},
    {Paint::kMemory, {0x8C, 0x84, 0xB8}, {0x8F, 0x86, 0xC4}, 0},
    {Paint::kLimit, {0xB3, 0x1B, 0x4B}, {0xFF, 0x7A, 0xA2}, 0},
    {Paint::kCritical, {0x9C, 0x0F, 0x5F}, {0xFF, 0x6F, 0xC0}, 0},
    {Paint::kArrow, {0x1F, 0x24, 0x2B}, {0xE8, 0xEC, 0xF1}, 0},
};
static_assert(std::size(kPaints) == kNumPaints);

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < std::size(kPaints); ++i) {
    if (static_cast<size_t>(kPaints[i].paint) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

uint8_t Mix(uint8_t a, uint8_t b, double part_of_b) {
  return static_cast<uint8_t>(std::lround(a + (b - a) * part_of_b));
}

// Relative luminance and contrast of WCAG 2.
double Luminance(Colour colour) {
  const auto linear = [](uint8_t value) {
    const double part = value / 255.0;
    return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double Contrast(Colour a, Colour b) {
  const auto [darker, lighter] = std::minmax({Luminance(a), Luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

}  // namespace

Colour ColourOf(Theme theme, Paint paint, uint8_t shade) {
  const PaintInfo& info = kPaints[static_cast<size_t>(paint)];
  const PaintInfo& page_info = kPaints[static_cast<size_t>(Paint::kPage)];
  const Colour colour = theme == Theme::kLight ? info.light : info.dark;
  const Colour page = theme == Theme::kLight ? page_info.light : page_info.dark;
  const double part = info.palest * shade / kPalest;
  return {Mix(colour.red, page.red, part), Mix(colour.green, page.green, part),
          Mix(colour.blue, page.blue, part)};
}

std::string ToHex(Colour colour) {
  return absl::StrFormat("#%02x%02x%02x", colour.red, colour.green, colour.blue);
}

Paint PaintOf(OpKind kind) {
  switch (kind) {
    case OpKind::kForward: return Paint::kForward;
    case OpKind::kBackward: return Paint::kBackward;
    case OpKind::kBackwardInput: return Paint::kBackwardInput;
    case OpKind::kBackwardWeight: return Paint::kBackwardWeight;
  }
  return Paint::kIdle;
}

Paint InkOn(Theme theme, Paint ground, uint8_t shade) {
  const Colour colour = ColourOf(theme, ground, shade);
  const double page = Contrast(colour, ColourOf(theme, Paint::kPage));
  const double ink = Contrast(colour, ColourOf(theme, Paint::kInk));
  return page > ink ? Paint::kPage : Paint::kInk;
}

}  // namespace pipesched
