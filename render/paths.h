#ifndef PIPESCHED_RENDER_PATHS_H_
#define PIPESCHED_RENDER_PATHS_H_

#include <cstdint>

#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// Above this many arrows none is drawn: they would hide the picture.
inline constexpr int64_t kMostArrows = 4000;

// Adds the critical path as a line along the lower edges of its ops, which goes from
// rank to rank where the path does. Ranks that are not shown are left out.
void AddCriticalPath(const Frame& frame, const Panel& panel, const Subject& subject, Scene& scene);

// Adds an arrow for each transfer between two ranks that are shown, from the end of
// the op that makes the data to the start of the one that needs it, if both are in
// the window. Returns how many there are; adds none if that is more than kMostArrows.
int64_t AddArrows(const Frame& frame, const Panel& panel, const Subject& subject, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PATHS_H_
