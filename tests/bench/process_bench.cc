// What the documented command costs as a whole process, with its picture.
// PIPESCHED_BIN_DIR says where the program is; scripts/bench.sh sets it.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

// Args: stages, microbatches.
void BM_DocumentedCommand(benchmark::State& state) {
  const TemporaryFolder folder;
  ProcessOptions options;
  options.directory = folder.path();
  for (auto _ : state) {
    const ProcessResult result =
        RunProcess({BuiltProgram("pipesched"), "--num-stages", absl::StrCat(state.range(0)),
                    "--num-batches", absl::StrCat(state.range(1))},
                   options);
    if (result.exit_code != 0) state.SkipWithError(result.err.c_str());
  }
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  state.counters["peak_MiB_so_far"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

BENCHMARK(BM_DocumentedCommand)
    ->ArgNames({"stages", "microbatches"})
    ->Args({4, 8})
    ->Args({16, 64})
    ->Args({32, 256})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pipesched

BENCHMARK_MAIN();
