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

struct Point {
  int x = 0;
  int y = 0;

  friend bool operator==(const Point&, const Point&) = default;
};

// A filled rectangle that stands for no op: the idle background of a row, a
// swatch of the legend, a line of the axis.
struct Bar {
  Rect rect;
  Paint paint = Paint::kIdle;
  uint8_t shade = 0;
};

// What lies between a curve, from left to right, and the horizontal y = base.
struct Area {
  std::vector<Point> curve;  // two or more
  int base = 0;
  Paint paint = Paint::kMemory;
};

// A filled rectangle that stands for one op, or for the ops of one kind in a
// run of ops that are too short to be drawn one by one.
struct Box {
  Rect rect;
  Paint paint = Paint::kForward;
  uint8_t shade = 0;
  int subject = 0;
  int rank = 0;
  Op first = Op(OpKind::kForward, 0, 0);  // the op, or the first of that kind in the run
  int64_t num_ops = 1;
  double start = 0;  // of the op or run, in the caller's unit
  double end = 0;
};

// A line of straight parts, perhaps with a head at its end.
struct Line {
  std::vector<Point> points;  // two or more
  Paint paint = Paint::kArrow;
  int width = 1;
  bool is_arrow = false;
  bool is_dashed = false;
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

// Everything a picture shows and nothing about how it is written. What stands
// first is below what stands after it. Boxes are by subject, rank, then time; they do
// not overlap, nor do texts.
struct Scene {
  int width = 0;
  int height = 0;
  double scale = 1;  // of the file, see PictureOptions
  Theme theme = Theme::kLight;
  std::vector<Bar> bars;
  std::vector<Area> areas;
  std::vector<Box> boxes;
  std::vector<Bar> marks;  // in boxes
  std::vector<Line> lines;
  std::vector<Text> texts;
  std::string summary;  // what it shows, in a line: for those who cannot see it
};

// The size of a scene's file.
int ScaledWidth(const Scene& scene);
int ScaledHeight(const Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_SCENE_H_
