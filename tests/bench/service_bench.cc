// What a call to a real pipeschedd over a Unix socket costs, beside a health
// Check on the same channel: "ratio" is the time of the call over the time of the
// Check, the two made in turn. PIPESCHED_BIN_DIR says where the daemon is;
// scripts/bench.sh sets it.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "daemon/handlers.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

using Clock = std::chrono::steady_clock;

// A pipeschedd of this build and a client, one channel, over a socket of its own.
class Connection {
 public:
  Connection()
      : address_("unix:" + folder_.File("socket")),
        daemon_({BuiltProgram("pipeschedd"), "--listen", address_}, Options()) {
    std::string err;
    if (!daemon_.WaitForStderr("listening on", &err)) {
      std::fprintf(stderr, "%s\n", err.c_str());
      abort();
    }
    client_ = std::make_unique<client::Client>(client::MakeChannel(address_));
  }

  const client::Client& client() const { return *client_; }

 private:
  static ProcessOptions Options() {
    ProcessOptions options;
    options.timeout = absl::Hours(24);
    return options;
  }

  const TemporaryFolder folder_;
  const std::string address_;
  Process daemon_;
  std::unique_ptr<client::Client> client_;
};

template <typename Call>
double SecondsOf(const Call& call, benchmark::State& state) {
  const auto start = Clock::now();
  if (!call().ok()) state.SkipWithError("the call failed");
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const client::Client& SharedClient() {
  static const Connection connection;
  return connection.client();
}

// Makes `call` and a health Check in turn; the iteration is the call alone.
template <typename Call>
void RunBesideCheck(const Call& call, benchmark::State& state) {
  double call_seconds = 0;
  double check_seconds = 0;
  for (auto _ : state) {
    check_seconds += SecondsOf([] { return SharedClient().CheckHealth("").status(); }, state);
    const double seconds = SecondsOf(call, state);
    call_seconds += seconds;
    state.SetIterationTime(seconds);
  }
  state.counters["check"] = benchmark::Counter(check_seconds, benchmark::Counter::kAvgIterations);
  state.counters["ratio"] = call_seconds / check_seconds;
}

// A call that computes nothing: what the service's gRPC machinery costs.
void BM_GetServerInfo(benchmark::State& state) {
  RunBesideCheck([] { return SharedClient().GetServerInfo().status(); }, state);
}

v1::ComputeScheduleRequest MakeRequest(const benchmark::State& state) {
  v1::ComputeScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(static_cast<int>(state.range(0)));
  request.mutable_pipeline()->set_num_microbatches(static_cast<int>(state.range(1)));
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  request.set_view(static_cast<v1::View>(state.range(2)));
  return request;
}

// Args: ranks, microbatches, view.
void BM_ComputeSchedule(benchmark::State& state) {
  const v1::ComputeScheduleRequest request = MakeRequest(state);
  RunBesideCheck([&] { return SharedClient().ComputeSchedule(request).status(); }, state);
}

// The handler alone, without gRPC. Args: ranks, microbatches, view.
void BM_HandleComputeSchedule(benchmark::State& state) {
  const v1::ComputeScheduleRequest request = MakeRequest(state);
  const Limits limits;
  for (auto _ : state) {
    v1::ComputeScheduleResponse response;
    const absl::Status status = HandlePlanCall(request, {limits, NeverCancelled}, response);
    if (!status.ok()) state.SkipWithError("the handler failed");
    benchmark::DoNotOptimize(response);
  }
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"ranks", "microbatches", "view"})
      ->Args({8, 64, v1::VIEW_SUMMARY})
      ->Args({8, 64, v1::VIEW_FULL})
      ->Args({64, 512, v1::VIEW_SUMMARY})
      ->Args({64, 512, v1::VIEW_FULL})
      ->Unit(benchmark::kMicrosecond);
}

BENCHMARK(BM_GetServerInfo)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ComputeSchedule)->Apply(Sizes)->UseManualTime();
BENCHMARK(BM_HandleComputeSchedule)->Apply(Sizes);

}  // namespace
}  // namespace pipesched

BENCHMARK_MAIN();
