// What a picture costs: layout, and layout plus PNG. Args: ranks, microbatches.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "engine/metrics/metrics.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "render/layout.h"
#include "render/png.h"

namespace pipesched {
namespace {

// A computed schedule of F = 1, B = 2.
struct Drawable {
  explicit Drawable(const benchmark::State& state) {
    pipeline.shape = {.num_ranks = static_cast<int>(state.range(0)),
                      .num_microbatches = static_cast<int>(state.range(1))};
    StageCost cost;
    cost.forward = 1'000'000'000;
    cost.backward = 2'000'000'000;
    pipeline.stages.assign(static_cast<size_t>(pipeline.shape.num_stages()), cost);
    pipeline.p2p_forward.assign(pipeline.stages.size() - 1, 0);
    pipeline.p2p_backward = pipeline.p2p_forward;
    const ScheduleKind& kind = *FindScheduleKind("1f1b");
    const Placement placement = MakePlacement(kind.placement, pipeline.shape);
    order = *kind.make_order(pipeline, {}, NeverCancelled);
    timeline = *Simulate(pipeline, placement, order);
    metrics = *ComputeMetrics(pipeline, placement, order, timeline);
  }

  absl::StatusOr<Scene> Draw() const {
    return LayOut(pipeline, order, timeline, metrics,
                  {.schedule = "1f1b", .title = "", .time_unit = "", .digest = ""});
  }

  Pipeline pipeline;
  Order order;
  Timeline timeline;
  Metrics metrics;
};

void BM_LayOut(benchmark::State& state) {
  const Drawable drawable(state);
  for (auto _ : state) benchmark::DoNotOptimize(drawable.Draw()->boxes.size());
}

void BM_Png(benchmark::State& state) {
  const Drawable drawable(state);
  size_t bytes = 0;
  for (auto _ : state) bytes = WritePng(*drawable.Draw(), {})->size();
  state.counters["bytes"] = static_cast<double>(bytes);
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({4, 8})->Args({16, 64})->Args({64, 512})->Unit(benchmark::kMillisecond);
}

BENCHMARK(BM_LayOut)->Apply(Sizes);
BENCHMARK(BM_Png)->Apply(Sizes);

}  // namespace
}  // namespace pipesched
