#ifndef PIPESCHED_RENDER_LAYOUT_H_
#define PIPESCHED_RENDER_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "render/options.h"
#include "render/scene.h"

namespace pipesched {

// How a picture is larger than it may be.
struct SizeExcess {
  bool is_side = false;  // the longer side, else the number of pixels
  int64_t value = 0;
  int64_t max = 0;
  std::string message;
};

// Whether the picture would be larger than the limits. Takes no time or memory that
// grows with the picture.
std::optional<SizeExcess> CheckSize(absl::Span<const Subject> subjects,
                                    const PictureOptions& options, const PictureLimits& limits);

// The picture of a schedule (see frame.h for its parts, rows.h for its boxes). Equal
// input gives an equal scene.
//
// Returns INVALID_ARGUMENT before it allocates anything if the picture is larger
// than the limits, CANCELLED if `cancelled` said so.
absl::StatusOr<Scene> LayOut(const Subject& subject, const PictureOptions& options,
                             const PictureLimits& limits = {},
                             Cancelled cancelled = NeverCancelled);

// The same for several schedules of one machine, each with a panel of its own, on one
// time axis, with a table.
absl::StatusOr<Scene> LayOutComparison(absl::Span<const Subject> subjects,
                                       const PictureOptions& options,
                                       const PictureLimits& limits = {},
                                       Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_LAYOUT_H_
