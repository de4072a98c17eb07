#ifndef PIPESCHED_RENDER_CAPTIONS_H_
#define PIPESCHED_RENDER_CAPTIONS_H_

#include <array>
#include <cstdint>
#include <string>

#include "engine/metrics/metrics.h"
#include "engine/model/op.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/timeline.h"
#include "render/frame.h"
#include "render/scene.h"

namespace pipesched {

// What a picture says about a schedule beside its ops. Title and unit may hold
// any bytes: what cannot be written on a line is replaced, what does not fit is
// shortened.
struct PictureLabels {
  std::string schedule;   // name of the kind, for example "1f1b"
  std::string title;      // empty: schedule and sizes
  std::string time_unit;  // empty: "time units"
  std::string digest;     // of the schedule; its first 12 digits are shown
};

// Shortest and longest time of some ops, in ticks; no op if max < min.
struct TimeRange {
  int64_t min = 1;
  int64_t max = 0;

  bool empty() const { return max < min; }
  void Add(int64_t ticks);
};

// What kinds of op an order has, and how long they take.
struct OpTimes {
  std::array<TimeRange, kNumOpKinds> kinds;  // outside of fused pairs
  TimeRange pairs;

  bool Has(OpKind kind) const { return !kinds[static_cast<size_t>(kind)].empty(); }
};
OpTimes FindOpTimes(const Order& order, const Timeline& timeline);

// "ms", or "time units".
std::string TimeUnit(const PictureLabels& labels);

// "time (ms)", or "time units".
std::string AxisTitle(const PictureLabels& labels);

// Adds title and facts: schedule, sizes, makespan, bubble rate and overhead with
// their definitions.
void AddTitle(const Frame& frame, const Pipeline& pipeline, const Metrics& metrics,
              const PictureLabels& labels, Scene& scene);

// Adds a legend of the kinds that occur and of idle. `stacked`: says also what
// stacked boxes are (see rows.h).
void AddLegend(const Frame& frame, const OpTimes& times, bool stacked, Scene& scene);

// Adds what the schedule was computed from: times of ops and transfers, and the
// start of the digest.
void AddFootnote(const Frame& frame, const Pipeline& pipeline, const OpTimes& times,
                 const PictureLabels& labels, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_CAPTIONS_H_
