#ifndef PIPESCHED_RENDER_PALETTE_H_
#define PIPESCHED_RENDER_PALETTE_H_

#include <cstdint>
#include <string>

#include "engine/model/op.h"

namespace pipesched {

enum class Theme : uint8_t { kLight, kDark };

// What a part of a picture is, not how it looks.
enum class Paint : uint8_t {
  kForward,
  kBackward,
  kBackwardInput,
  kBackwardWeight,
  kIdle,
  kPage,
  kInk,       // titles, labels on the page
  kFaintInk,  // axis, footnote
  kGrid,      // lines behind the rows
  kMark,      // lines in boxes that tell their kinds without colour
  kMemory,    // the memory curve
  kLimit,     // its limit
  kCritical,  // the critical path
  kArrow,     // transfers
};
inline constexpr int kNumPaints = static_cast<int>(Paint::kArrow) + 1;

// The chunk of an op, or its direction, is how far its colour is mixed with the
// page's: from 0, not at all, to kPalest.
inline constexpr uint8_t kPalest = 8;

struct Colour {
  uint8_t red;
  uint8_t green;
  uint8_t blue;

  friend bool operator==(const Colour&, const Colour&) = default;
};

// The one table of colours. The kinds differ in hue for people with any of the
// common colour blindnesses, and in lightness, in the order F, I, B, W, for those
// who see or print no colours.
Colour ColourOf(Theme theme, Paint paint, uint8_t shade = 0);

// "#2f78b7".
std::string ToHex(Colour colour);

Paint PaintOf(OpKind kind);

// What to write in on that ground: page or ink, which contrasts more.
Paint InkOn(Theme theme, Paint ground, uint8_t shade = 0);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PALETTE_H_
