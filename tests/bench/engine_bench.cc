// What the engine's steps cost, per op. Args: ranks, microbatches.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <utility>

#include "engine/digest/digest.h"
#include "engine/metrics/metrics.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

Pipeline MakePipeline(const benchmark::State& state) {
  Pipeline pipeline;
  pipeline.shape = {.num_ranks = static_cast<int>(state.range(0)),
                    .num_microbatches = static_cast<int>(state.range(1))};
  StageCost cost;
  cost.forward = 1'000'000'000;
  cost.backward = 2'000'000'000;
  cost.backward_input = cost.backward_weight = 1'000'000'000;
  pipeline.stages.assign(static_cast<size_t>(pipeline.shape.num_stages()), cost);
  pipeline.p2p_forward.assign(pipeline.stages.size() - 1, 0);
  pipeline.p2p_backward = pipeline.p2p_forward;
  return pipeline;
}

// Reports the time an op ("7.1n" is 7.1 nanoseconds).
void CountOps(benchmark::State& state, int64_t ops) {
  state.counters["s/op"] =
      benchmark::Counter(static_cast<double>(ops), benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}

const ScheduleKind& Kind() { return *FindScheduleKind("1f1b"); }

void BM_Order(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(state);
  int64_t ops = 0;
  for (auto _ : state) {
    const Order order = *Kind().make_order(pipeline, {}, NeverCancelled);
    ops = order.num_ops();
    benchmark::DoNotOptimize(order.ops.data());
  }
  CountOps(state, ops);
}

void BM_OrderAndSimulate(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(state);
  const Placement placement = MakePlacement(Kind().placement, pipeline.shape);
  int64_t ops = 0;
  for (auto _ : state) {
    const Order order = *Kind().make_order(pipeline, {}, NeverCancelled);
    const auto timeline = Simulate(pipeline, placement, order);
    ops = order.num_ops();
    benchmark::DoNotOptimize(timeline->makespan);
  }
  CountOps(state, ops);
}

void BM_Metrics(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(state);
  const Placement placement = MakePlacement(Kind().placement, pipeline.shape);
  const Order order = *Kind().make_order(pipeline, {}, NeverCancelled);
  const auto timeline = Simulate(pipeline, placement, order);
  for (auto _ : state) {
    const auto metrics = ComputeMetrics(pipeline, placement, order, *timeline);
    benchmark::DoNotOptimize(metrics->bubble_rate);
  }
  CountOps(state, order.num_ops());
}

void BM_Digests(benchmark::State& state) {
  const Pipeline pipeline = MakePipeline(state);
  const Order order = *Kind().make_order(pipeline, {}, NeverCancelled);
  for (auto _ : state) {
    const Sha256Digest order_digest = *DigestOrder(order);
    benchmark::DoNotOptimize(DigestPlan(pipeline, Kind().name, kAlgorithmVersion, order_digest));
  }
  CountOps(state, order.num_ops());
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({8, 64})->Args({128, 2048})->Args({1024, 4096})->Unit(benchmark::kMicrosecond);
}

BENCHMARK(BM_Order)->Apply(Sizes);
BENCHMARK(BM_OrderAndSimulate)->Apply(Sizes);
BENCHMARK(BM_Metrics)->Apply(Sizes);
BENCHMARK(BM_Digests)->Apply(Sizes);

}  // namespace
}  // namespace pipesched
