#ifndef PIPESCHED_RENDER_ROWS_H_
#define PIPESCHED_RENDER_ROWS_H_

#include "engine/model/order.h"
#include "engine/model/timeline.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// Adds the plot to `scene`, a row a rank: the idle background, a box an op, and
// the numbers that fit.
//
// * Boxes of 4 pixels or more end a pixel early, which separates them from the
//   next. A fused pair is one block, its forward above its backward.
// * A run of ops that are too short to be drawn one by one is stacked: a box a
//   kind, and below them what is idle in the run, as high as their shares of its
//   time. So there are never more boxes than pixels.
//
// Returns whether there are such runs.
bool AddRows(const Frame& frame, const Order& order, const Timeline& timeline, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_ROWS_H_
