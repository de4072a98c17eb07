#ifndef PIPESCHED_RENDER_FRAME_H_
#define PIPESCHED_RENDER_FRAME_H_

#include <cstdint>

#include "absl/status/status.h"
#include "engine/model/pipeline.h"
#include "render/scene.h"

namespace pipesched {

// Text sizes, in pixels an em.
inline constexpr int kTitleSize = 18;
inline constexpr int kFactsSize = 13;
inline constexpr int kAxisSize = 12;  // also row labels and the legend
inline constexpr int kFootnoteSize = 11;
inline constexpr int kSmallestNumber = 10;  // microbatch numbers
inline constexpr int kLargestNumber = 13;

// Where the parts of a picture are, known before anything is drawn:
//
//            title
//            facts
//            legend
//   rank 0  |plot: a row a rank,        |
//   rank 1  |time to the right          |
//            axis
//            footnote
//
// The plot is as wide as the microbatch numbers need, up to 4,000 pixels. Where
// they would need more it is as wide as single ops need, and where that is too
// much as well it is an overview of 2,000 pixels. Rows shrink from 34 pixels to 1
// as ranks are added.
struct Frame {
  int width = 0;
  int height = 0;
  Rect plot;
  int row_pitch = 0;    // from the top of a row to the top of the next
  int row_height = 0;   // the rest of the pitch is a gap below the row
  int number_size = 0;  // of microbatch numbers; 0 where no row is high enough
  int64_t makespan = 0;

  // Baselines of the texts around the plot.
  int title_y = 0;
  int facts_y = 0;
  int legend_y = 0;
  int tick_labels_y = 0;
  int axis_title_y = 0;
  int footnote_y = 0;

  // The pixel at whose left edge a time in [0, makespan] is.
  int X(int64_t ticks) const;

  Rect Row(int rank) const { return {plot.x, plot.y + rank * row_pitch, plot.width, row_height}; }
};

// `makespan` is in ticks. Takes no time or memory that grows with the picture.
Frame MakeFrame(const Pipeline& pipeline, int64_t makespan);

// What a caller accepts as a picture.
struct PictureLimits {
  int max_side = 32'767;  // pixels, at most 32,767: Cairo draws no more
  int64_t max_pixels = 100'000'000;
};

// Returns INVALID_ARGUMENT, naming the picture's size and the limit, if the
// picture is larger than the limits.
absl::Status CheckSize(const Frame& frame, const PictureLimits& limits);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_FRAME_H_
