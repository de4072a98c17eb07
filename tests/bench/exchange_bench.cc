// What orders in and out cost, in all and an action.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/exchange/validate.h"
#include "engine/order/registry.h"

namespace pipesched {
namespace {

constexpr CsvDialect kDialect = CsvDialect::kPyTorch;

Pipeline MakePipeline(int ranks, int chunks, int microbatches) {
  Pipeline pipeline;
  pipeline.shape = {ranks, chunks, microbatches};
  StageCost cost;
  cost.forward = 1;
  cost.backward = 2;
  pipeline.stages.assign(static_cast<size_t>(pipeline.shape.num_stages()), cost);
  pipeline.p2p_forward.assign(pipeline.stages.size() - 1, 0);
  pipeline.p2p_backward = pipeline.p2p_forward;
  return pipeline;
}

Order MakeOrder(const ScheduleKind& kind, const Pipeline& pipeline) {
  return *kind.make_order(pipeline, {}, NeverCancelled);
}

// A lowered interleaved 1F1B of about as many actions: 8 ranks of 2 chunks.
struct Lowered {
  explicit Lowered(int64_t num_actions)
      : kind(*FindScheduleKind("interleaved_1f1b")),
        // F and B of 16 stages, SEND and RECV of 15 boundaries in two directions.
        pipeline(MakePipeline(8, 2, static_cast<int>(num_actions / 92 / 8 * 8))),
        placement(MakePlacement(kind.placement, pipeline.shape)),
        program(*LowerEager(placement, pipeline.shape.num_microbatches,
                            ToProgram(MakeOrder(kind, pipeline)))),
        text(FormatPyTorchCsv(program, kDialect)) {}

  const ScheduleKind& kind;
  const Pipeline pipeline;
  const Placement placement;
  const Program program;
  const std::string text;
};

void CountActions(benchmark::State& state, int64_t actions) {
  state.counters["actions"] = static_cast<double>(actions);
  state.counters["s/action"] = benchmark::Counter(
      static_cast<double>(actions),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_OrderAndEagerLowering(benchmark::State& state) {
  const ScheduleKind& kind = *FindScheduleKind("interleaved_1f1b");
  const Pipeline pipeline =
      MakePipeline(static_cast<int>(state.range(0)), 2, static_cast<int>(state.range(1)));
  const Placement placement = MakePlacement(kind.placement, pipeline.shape);
  int64_t actions = 0;
  for (auto _ : state) {
    const auto program = LowerEager(placement, pipeline.shape.num_microbatches,
                                    ToProgram(MakeOrder(kind, pipeline)));
    actions = program->num_actions();
  }
  CountActions(state, actions);
}
BENCHMARK(BM_OrderAndEagerLowering)
    ->Args({16, 512})
    ->Args({64, 512})
    ->Args({64, 2048})
    ->Unit(benchmark::kMillisecond);

void BM_ReadCsv(benchmark::State& state) {
  const Lowered lowered(state.range(0));
  for (auto _ : state) {
    const auto program = ReadPyTorchCsv(lowered.text, kDialect);
    benchmark::DoNotOptimize(program->actions.data());
  }
  CountActions(state, lowered.program.num_actions());
}

void BM_WriteCsv(benchmark::State& state) {
  const Lowered lowered(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(FormatPyTorchCsv(lowered.program, kDialect).data());
  }
  CountActions(state, lowered.program.num_actions());
}

void BM_Validate(benchmark::State& state) {
  const Lowered lowered(state.range(0));
  const auto transport = static_cast<Transport>(state.range(1));
  state.SetLabel(std::string(TransportName(transport)));
  for (auto _ : state) {
    const auto validation = Validate(lowered.placement, lowered.pipeline.shape.num_microbatches,
                                     lowered.program, transport);
    benchmark::DoNotOptimize(validation->num_findings);
  }
  CountActions(state, lowered.program.num_actions());
}

constexpr int64_t kSizes[] = {62'500, 250'000, 1'000'000};

void EachSize(benchmark::internal::Benchmark* bench) {
  for (const int64_t size : kSizes) bench->Arg(size);
}
void EachSizeAndTransport(benchmark::internal::Benchmark* bench) {
  for (int transport = 0; transport < 4; ++transport) {
    for (const int64_t size : kSizes) bench->Args({size, transport});
  }
}
BENCHMARK(BM_ReadCsv)->Apply(EachSize)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WriteCsv)->Apply(EachSize)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Validate)->Apply(EachSizeAndTransport)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pipesched
