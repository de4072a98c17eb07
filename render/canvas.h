#ifndef PIPESCHED_RENDER_CANVAS_H_
#define PIPESCHED_RENDER_CANVAS_H_

#include <cairo.h>

#include <array>

#include "engine/model/cancel.h"
#include "render/scene.h"

namespace pipesched {

struct PointF {
  double x;
  double y;
};

// The triangle at the end of an arrow, its tip first.
std::array<PointF, 3> ArrowHead(const Line& line);

// Draws the scene, page and all, on a Cairo surface whose unit is the pixel, at the
// scene's scale. Returns false, with a part of it drawn, if `cancelled` said so.
bool DrawScene(const Scene& scene, cairo_t* cairo, Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_CANVAS_H_
