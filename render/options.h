#ifndef PIPESCHED_RENDER_OPTIONS_H_
#define PIPESCHED_RENDER_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/metrics/metrics.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"
#include "render/palette.h"

namespace pipesched {

// One computed schedule, as a picture sees it. `timeline` is what Simulate made of
// `order`, `metrics` what ComputeMetrics made of both.
struct Subject {
  const Pipeline& pipeline;
  const Placement& placement;
  const Order& order;
  const Timeline& timeline;
  const Metrics& metrics;
  std::string schedule;  // name of the kind, for example "1f1b"
  std::string digest;    // its first 12 digits are shown
};

// What a picture says beside that. Title and unit may hold any bytes: what cannot be
// written on a line is replaced, what does not fit is shortened.
struct PictureLabels {
  std::string title = {};      // empty: schedule and sizes
  std::string time_unit = {};  // empty: "time units"
};

enum class MemoryCurve { kAuto, kOff, kOn };

// What a picture shows, and how large it is. Numbers are in the ranges that the
// contract gives (RenderOptions).
struct PictureOptions {
  PictureLabels labels = {};
  Theme theme = Theme::kLight;
  bool arrows = false;
  bool critical_path = false;
  MemoryCurve memory = MemoryCurve::kAuto;
  double start_time = 0;                // in the caller's unit
  std::optional<double> end_time = {};  // none: the end of the schedule
  std::vector<int> ranks = {};          // ascending; empty: all
  int width = 0;                        // 0: as wide as the ops need
  int height = 0;                       // 0: as high as the ranks need
  double scale = 1;
};

// What a caller accepts as a picture.
struct PictureLimits {
  int max_side = 32'767;  // pixels, at most 32,767: Cairo draws no more
  int64_t max_pixels = 100'000'000;
};

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_OPTIONS_H_
