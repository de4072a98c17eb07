#ifndef PIPESCHED_RENDER_ROWS_H_
#define PIPESCHED_RENDER_ROWS_H_

#include <cstdint>
#include <vector>

#include "engine/model/op.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// How pale ops are: by their direction where there are two replicas, else by the
// chunk of their rank that they run on.
class Shades {
 public:
  explicit Shades(const Subject& subject);

  uint8_t Of(Op op) const {
    if (replicas_ > 1) return placement_.ReplicaOf(op.microbatch()) == 0 ? 0 : kPalest;
    return of_stage_[static_cast<size_t>(op.stage())];
  }

  int num_replicas() const { return replicas_; }
  int num_chunks() const { return chunks_; }  // most that a rank holds

 private:
  const Placement& placement_;
  int replicas_;
  int chunks_ = 1;
  std::vector<uint8_t> of_stage_;
};

// Ops shorter than this are drawn in runs, see runs.h.
int64_t NarrowTicks(const Frame& frame, const Subject& subject);

// Adds a subject's plot to `scene`, a row a rank: the idle background, a box an op,
// lines in the boxes that tell the kinds of backward, and the numbers that fit.
//
// * Boxes of 4 pixels or more end a pixel early, which separates them from the
//   next. A fused pair is one block, its forward above its backward.
// * A run of ops that are too short to be drawn one by one is stacked: a box a
//   kind, and below them what is idle in the run, as high as their shares of its
//   time. So there are never more boxes than pixels.
//
// Returns whether there are such runs.
bool AddRows(const Frame& frame, const Panel& panel, const Subject& subject, int subject_index,
             Scene& scene);

// Adds the lines that tell a kind without colour to `scene`: an I has one above, a W
// one below, a B, which is both, has both. A fused pair has none: its F is above its B.
void AddMarks(const Rect& rect, OpKind kind, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_ROWS_H_
