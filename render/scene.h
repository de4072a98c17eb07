#ifndef PIPESCHED_RENDER_SCENE_H_
#define PIPESCHED_RENDER_SCENE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/op.h"
#include "render/palette.h"

namespace pipesched {

// Lengths are in pixels; the origin is the top left, y grows down. Rectangles
// are on whole pixels, so that edges are sharp in every format.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  int right() const { return x + width; }
  int bottom() const { return y + height; }
};

// A filled rectangle that stands for no op: the idle background of a row, a
// swatch of the legend, a line of the axis.
struct Bar {
  Rect rect;
  Paint paint = Paint::kIdle;
};

// A filled rectangle that stands for one op, or for the ops of one kind in a
// run of ops that are too short to be drawn one by one.
struct Box {
  Rect rect;
  Paint paint = Paint::kForward;
  int rank = 0;
  Op first = Op(OpKind::kForward, 0, 0);  // the op, or the first of that kind in the run
  int64_t num_ops = 1;
  int64_t start = 0;  // of the op or run, in ticks
  int64_t end = 0;
};

enum class Anchor { kStart, kMiddle, kEnd };

// One line of text. `anchor` says which point of the line is at `x`; `y` is the
// baseline.
struct Text {
  std::string text;  // valid UTF-8 without control characters, not empty
  int x = 0;
  int y = 0;
  int size = 12;  // pixels an em
  Anchor anchor = Anchor::kStart;
  Paint paint = Paint::kInk;
};

// Everything a picture shows and nothing about how it is written. Bars are
// below boxes, boxes below texts. Boxes are by rank, then by time; they do not
// overlap, nor do texts.
struct Scene {
  int width = 0;
  int height = 0;
  std::vector<Bar> bars;
  std::vector<Box> boxes;
  std::vector<Text> texts;
};

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_SCENE_H_
