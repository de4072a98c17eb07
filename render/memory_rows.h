#ifndef PIPESCHED_RENDER_MEMORY_ROWS_H_
#define PIPESCHED_RENDER_MEMORY_ROWS_H_

#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// Adds the memory curve of each rank below its row, the limit as a dashed line, and
// the peak on its right. `highest` is the level at the upper edge of all curves. Where
// several ops share a pixel it shows their highest.
void AddMemoryRows(const Frame& frame, const Panel& panel, const Subject& subject, int64_t highest,
                   Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_MEMORY_ROWS_H_
