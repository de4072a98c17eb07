#ifndef PIPESCHED_TESTS_RENDER_DRAWABLE_H_
#define PIPESCHED_TESTS_RENDER_DRAWABLE_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "engine/metrics/metrics.h"
#include "engine/model/order_text.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "render/layout.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {

// F = 1, B = 2 and p2p times in units, as callers give them.
inline Pipeline UnitPipeline(int num_ranks, int num_microbatches, int p2p = 0) {
  constexpr int64_t kUnit = 1'000'000'000;
  return UniformPipeline(num_ranks, num_microbatches, kUnit, 2 * kUnit, p2p * kUnit);
}

// A computed schedule, ready to be drawn.
struct Drawable {
  Drawable(Pipeline p, const char* kind)
      : Drawable(p, MakeOrder(kind, p), FindScheduleKind(kind)->placement) {
    schedule = kind;
  }

  Drawable(Pipeline p, Order o, PlacementKind placement_kind = PlacementKind::kLinear)
      : pipeline(std::move(p)),
        placement(MakePlacement(placement_kind, pipeline.shape)),
        order(std::move(o)) {
    const auto simulated = Simulate(pipeline, placement, order);
    EXPECT_THAT(simulated, IsOk());
    timeline = *simulated;
    metrics = *ComputeMetrics(pipeline, placement, order, timeline);
  }

  Subject subject() const {
    return {pipeline, placement, order, timeline, metrics, schedule, std::string(64, 'd')};
  }

  absl::StatusOr<Scene> Draw(const PictureLimits& limits = {}) const {
    return LayOut(subject(), options, limits);
  }

  Pipeline pipeline;
  Placement placement;
  Order order;
  Timeline timeline;
  Metrics metrics;
  std::string schedule;
  PictureOptions options;
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_RENDER_DRAWABLE_H_
