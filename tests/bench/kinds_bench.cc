// What each kind's plan costs: order, times and metrics, per op, on 64 ranks with 512
// microbatches; and the heaviest plans inside the default limits, as the service
// computes them.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/plan.h"
#include "engine/metrics/metrics.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

// F = I = W = 1 for a rank's slice, transfers take 0.1.
Pipeline MakePipeline(const PipelineShape& shape) {
  Pipeline pipeline;
  pipeline.shape = shape;
  StageCost cost;
  cost.forward = cost.backward_input = cost.backward_weight = 1'000'000'000;
  cost.backward = 2'000'000'000;
  pipeline.stages.assign(static_cast<size_t>(shape.num_stages()), cost);
  pipeline.p2p_forward.assign(pipeline.stages.size() - 1, 100'000'000);
  pipeline.p2p_backward = pipeline.p2p_forward;
  return pipeline;
}

// The sizes with the fewest chunks that are legal for the kind.
PipelineShape LegalShape(const ScheduleKind& kind, int ranks, int microbatches) {
  PipelineShape shape{.num_ranks = ranks, .chunks_per_rank = 1, .num_microbatches = microbatches};
  while (!kind.check(shape, {}).empty()) ++shape.chunks_per_rank;
  return shape;
}

void BM_Kind(benchmark::State& state, const ScheduleKind& kind) {
  const Pipeline pipeline = MakePipeline(LegalShape(kind, 64, 512));
  const Placement placement = MakePlacement(kind.placement, pipeline.shape);
  int64_t ops = 0;
  for (auto _ : state) {
    const Order order = *kind.make_order(pipeline, {}, NeverCancelled);
    const Timeline timeline = *Simulate(pipeline, placement, order);
    benchmark::DoNotOptimize(ComputeMetrics(pipeline, placement, order, timeline)->gap);
    ops = order.num_ops();
  }
  state.counters["s/op"] =
      benchmark::Counter(static_cast<double>(ops), benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}

void BM_Heaviest(benchmark::State& state, const ScheduleKind& kind, const PipelineShape& shape) {
  for (auto _ : state) {
    PlanInput input;
    input.pipeline = MakePipeline(shape);
    input.kind = &kind;
    benchmark::DoNotOptimize(ComputePlan(std::move(input), NeverCancelled)->metrics.gap);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);  // The most of all plans so far.
  state.counters["peak_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void RegisterAll() {
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    benchmark::RegisterBenchmark(absl::StrCat("BM_Kind/", kind.name).c_str(),
                                 [&kind](benchmark::State& state) { BM_Kind(state, kind); })
        ->Unit(benchmark::kMillisecond);
  }
  static constexpr struct {
    const char* kind;
    PipelineShape shape;  // of about 2^24 ops
  } kHeaviest[] = {
      {"1f1b", {4096, 1, 2048}},      {"1f1b", {8, 1, 1 << 20}},
      {"zb_h2", {4096, 1, 1365}},     {"interleaved_1f1b", {64, 64, 2048}},
      {"looped_bfs", {4096, 64, 32}}, {"zbv", {4096, 2, 682}},
      {"v_half", {256, 2, 10922}},    {"v_min", {4096, 2, 682}},
      {"v_1f1b", {256, 2, 16384}},    {"wave", {4096, 64, 32}},
      {"wave", {128, 2, 32768}},      {"chimera", {4096, 1, 2048}},
      {"dualpipe_v", {682, 2, 4096}},
  };
  for (const auto& heaviest : kHeaviest) {
    const std::string name =
        absl::StrCat("BM_Heaviest/", heaviest.kind, "/", heaviest.shape.num_ranks, "/",
                     heaviest.shape.chunks_per_rank, "/", heaviest.shape.num_microbatches);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&heaviest](benchmark::State& state) {
                                   BM_Heaviest(state, *FindScheduleKind(heaviest.kind),
                                               heaviest.shape);
                                 })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
  }
}

}  // namespace
}  // namespace pipesched

int main(int argc, char** argv) {
  pipesched::RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
