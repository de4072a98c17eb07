#ifndef PIPESCHED_RENDER_AXIS_H_
#define PIPESCHED_RENDER_AXIS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "engine/model/ticks.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// A time in the caller's unit as people write it, of 9 significant digits at
// most: "33", "0.25", "2e12".
std::string FormatTime(double time);

// Adds the time axis below the plot: a line, marks at multiples of 1, 2 or 5
// times a power of ten, their times, and `title`. Marks are as close as their
// texts allow, at least 72 pixels apart.
void AddTimeAxis(const Frame& frame, const TickScale& scale, absl::string_view title, Scene& scene);

// Adds "rank 0", "rank 1", ... left of the rows; where rows are lower than the
// text, or more than 64, only every 2nd, 4th, 8th, ... of them.
void AddRankLabels(const Frame& frame, int num_ranks, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_AXIS_H_
