#ifndef PIPESCHED_RENDER_LEGEND_H_
#define PIPESCHED_RENDER_LEGEND_H_

#include <string>
#include <vector>

#include "render/frame.h"
#include "render/options.h"
#include "render/scene.h"

namespace pipesched {

// What stands before the text of a legend's entry.
enum class Swatch { kOp, kPair, kShades, kIdle, kCritical, kArrow, kMemory, kLimit, kNone };

struct LegendEntry {
  Swatch swatch = Swatch::kNone;
  OpKind kind = OpKind::kForward;  // of kOp
  int num_shades = 0;              // of kShades
  std::string text;
};

// Entries for all that occurs in the subjects or that the options show.
std::vector<LegendEntry> LegendOf(absl::Span<const Subject> subjects, const PictureOptions& options,
                                  const Frame& frame);

// The entries in lines of at most `width` pixels.
std::vector<std::vector<LegendEntry>> WrapLegend(const std::vector<LegendEntry>& entries,
                                                 int width);

void AddLegend(const Frame& frame, const std::vector<std::vector<LegendEntry>>& lines,
               Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_LEGEND_H_
