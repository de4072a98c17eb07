#include "render/palette.h"

namespace pipesched {

Colour ColourOf(Paint paint) {
  switch (paint) {
    case Paint::kForward: return {0x2F, 0x78, 0xB7};         // blue
    case Paint::kBackward: return {0xF2, 0xA3, 0x3C};        // orange
    case Paint::kBackwardInput: return {0xE5, 0x79, 0x3D};   // vermilion
    case Paint::kBackwardWeight: return {0xA6, 0xD9, 0xB8};  // pale green
    case Paint::kIdle: return {0xEC, 0xEE, 0xF1};
    case Paint::kPage: return {0xFF, 0xFF, 0xFF};
    case Paint::kInk: return {0x1F, 0x24, 0x2B};
    case Paint::kFaintInk: return {0x5B, 0x65, 0x70};
  }
  return {};
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

Paint InkOn(Paint ground) { return ground == Paint::kForward ? Paint::kPage : Paint::kInk; }

}  // namespace pipesched
