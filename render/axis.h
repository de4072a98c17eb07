#ifndef PIPESCHED_RENDER_AXIS_H_
#define PIPESCHED_RENDER_AXIS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// The times in [begin, end] at which an axis of that many pixels has marks: multiples
// of 1, 2 or 5 times a power of ten, as close as their texts allow, at least 72
// pixels apart.
std::vector<double> AxisMarks(double begin, double end, int pixels);

// Adds the time axis below the plot: a line, marks, their times, and `title`.
void AddTimeAxis(const Frame& frame, absl::string_view title, Scene& scene);

// Adds "rank 0", "rank 1", ... left of the rows; where rows are lower than the
// text, or more than 64, only every 2nd, 4th, 8th, ... of them.
void AddRankLabels(const Frame& frame, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_AXIS_H_
