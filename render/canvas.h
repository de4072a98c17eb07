#ifndef PIPESCHED_RENDER_CANVAS_H_
#define PIPESCHED_RENDER_CANVAS_H_

#include <cairo.h>

#include "render/scene.h"

namespace pipesched {

// Draws the scene, page and all, on a Cairo surface whose unit is the pixel.
void DrawScene(const Scene& scene, cairo_t* cairo);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_CANVAS_H_
