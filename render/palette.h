#ifndef PIPESCHED_RENDER_PALETTE_H_
#define PIPESCHED_RENDER_PALETTE_H_

#include <cstdint>

#include "engine/model/op.h"

namespace pipesched {

// What a part of a picture is, not how it looks.
enum class Paint : uint8_t {
  kForward,
  kBackward,
  kBackwardInput,
  kBackwardWeight,
  kIdle,
  kPage,
  kInk,       // titles, labels on light ground
  kFaintInk,  // axis, footnote
};

struct Colour {
  uint8_t red;
  uint8_t green;
  uint8_t blue;

  friend bool operator==(const Colour&, const Colour&) = default;
};

// The one table of colours. The kinds differ in hue for people with any of the
// common colour blindnesses, and in lightness, in the order F, I, B, W, idle,
// for those who see or print no colours.
Colour ColourOf(Paint paint);

Paint PaintOf(OpKind kind);

// What to write in on a ground of paint `ground`.
Paint InkOn(Paint ground);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PALETTE_H_
