#ifndef PIPESCHED_RENDER_LAYOUT_H_
#define PIPESCHED_RENDER_LAYOUT_H_

#include "absl/status/statusor.h"
#include "engine/metrics/metrics.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/timeline.h"
#include "render/captions.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// The picture of a timeline (see frame.h for its parts, rows.h for its boxes).
// Equal input gives an equal scene. `timeline` is what Simulate made of `order`,
// `metrics` what ComputeMetrics made of both.
//
// Returns INVALID_ARGUMENT before it allocates anything if the picture is larger
// than the limits.
absl::StatusOr<Scene> LayOut(const Pipeline& pipeline, const Order& order, const Timeline& timeline,
                             const Metrics& metrics, const PictureLabels& labels,
                             const PictureLimits& limits = {});

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_LAYOUT_H_
