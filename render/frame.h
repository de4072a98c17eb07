#ifndef PIPESCHED_RENDER_FRAME_H_
#define PIPESCHED_RENDER_FRAME_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "render/options.h"
#include "render/scene.h"

namespace pipesched {

// Beside a number in its op: a separator, a pixel left and right.
inline constexpr int kNumberSpace = 3;

// Text sizes, in pixels an em.
inline constexpr int kTitleSize = 18;
inline constexpr int kFactsSize = 13;
inline constexpr int kAxisSize = 12;  // also row labels and the legend
inline constexpr int kFootnoteSize = 11;
inline constexpr int kSmallestNumber = 10;  // microbatch numbers
inline constexpr int kLargestNumber = 13;

inline constexpr int kMargin = 20;  // around everything

// Heights of lines of text, baseline to baseline.
inline constexpr int kFactsLine = 20;
inline constexpr int kLegendLine = 22;
inline constexpr int kTableLine = 20;
inline constexpr int kFootnoteLine = 16;

// The rows of one subject.
struct Panel {
  Rect plot;
  int heading_y = 0;       // baseline of its heading; only where there are several
  std::vector<int> ranks;  // a row each
};

// How many lines the texts around the plot take.
struct CaptionLines {
  int facts = 0;
  int legend = 0;
  int table = 0;
  int footnote = 0;
};

// Where the parts of a picture are, known before anything is drawn:
//
//            title
//            facts
//            legend
//           (heading)
//   rank 0  |plot: a row a rank,        |
//           |(its memory)               |
//   rank 1  |time to the right          |
//            axis
//           (table)
//            footnote
//
// With several subjects the part from heading to the last rank is a panel each.
//
// The plot is as wide as the microbatch numbers need, up to 4,000 pixels. Where
// they would need more it is as wide as single ops need, and where that is too
// much as well it is an overview of 2,000 pixels. Rows shrink from 34 pixels to 1
// as ranks are added. A width or height of the options wins.
struct Frame {
  int width = 0;
  int height = 0;
  double begin = 0;  // the times at both ends of the plot, in the caller's unit
  double end = 0;
  Rect plot;  // of all panels
  std::vector<Panel> panels;
  int row_pitch = 0;       // from the top of a row to the top of the next
  int row_height = 0;      // of the ops
  int memory_height = 0;   // of the memory curve below them; 0: there is none
  int number_size = 0;     // of microbatch numbers; 0 where no row is high enough
  int largest_number = 0;  // of the microbatches between begin and end

  // Baselines of the texts around the plot; the first of several lines.
  int title_y = 0;
  int facts_y = 0;
  int legend_y = 0;
  int tick_labels_y = 0;
  int axis_title_y = 0;
  int table_y = 0;
  int footnote_y = 0;

  // The pixel at whose left edge a time is; times outside are at the ends.
  int X(double time) const;

  // Room for a line of text around the plot, from plot.x on.
  int text_width() const { return width - plot.x - kMargin; }

  double pixels_a_unit() const { return plot.width / (end - begin); }

  Rect Row(const Panel& panel, size_t row) const {
    return {plot.x, panel.plot.y + static_cast<int>(row) * row_pitch, plot.width, row_height};
  }
  Rect MemoryRow(const Panel& panel, size_t row) const {
    const Rect above = Row(panel, row);
    return {above.x, above.bottom() + 2, above.width, memory_height};
  }
};

// The parts of a frame that do not depend on its captions: all that is horizontal,
// and the rows.
Frame MakeFrame(absl::Span<const Subject> subjects, const PictureOptions& options);

// Sets what is vertical.
void SetHeights(absl::Span<const Subject> subjects, const PictureOptions& options,
                const CaptionLines& lines, Frame& frame);

// What is left of a length on the pixel grid wherever it begins: equal times, of which
// some get a pixel more, are treated alike by it.
double WholePixels(double pixels);

// The shown time as a multiple of the shortest forward, at least 1.
double SpanInForwards(absl::Span<const Subject> subjects, const Frame& frame);

// Whether the picture has the memory of ranks: see MemoryCurve of the contract.
bool ShowsMemory(absl::Span<const Subject> subjects, const PictureOptions& options);

// Whether any cost of the pipeline is in bytes.
bool NamesBytes(const Pipeline& pipeline);

// The highest level of all memory curves: bytes, or activations where no cost names
// bytes; at least 1.
int64_t HighestMemory(absl::Span<const Subject> subjects);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_FRAME_H_
