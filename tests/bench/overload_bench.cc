// A daemon with ten times as much to do as it can (docs/guarantees.md). Prints:
//
//   capacity   answers a second of a closed loop, uncached requests of 20 to 50 ms
//   goodput    answers within their deadline a second, at 10 times that rate
//   refusal    how long the refusals took; health: the same of health checks meanwhile
//   recovery   from the end of the load to the first answer
//
// Run it with the daemon on a processor of its own: scripts/bench.sh does, and this
// program says which. PIPESCHED_BIN_DIR says where the daemon is.

#include <grpcpp/grpcpp.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

constexpr absl::Duration kPhase = absl::Seconds(10);
constexpr absl::Duration kDeadline = absl::Seconds(2);
constexpr double kOverload = 10;

std::atomic<int> next_plan = 0;

// A plan that nobody has asked for yet.
v1::ComputeScheduleRequest FreshRequest() {
  v1::ComputeScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(512);
  request.mutable_pipeline()->set_num_microbatches(1024);
  request.mutable_pipeline()->set_p2p_time(++next_plan);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  request.add_ranks(0);
  return request;
}

struct Times {
  std::vector<absl::Duration> all;

  std::string Quantiles() {
    if (all.empty()) return "none";
    std::sort(all.begin(), all.end());
    const auto at = [this](double share) {
      return absl::ToDoubleMilliseconds(
          all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))]);
    };
    char text[100];
    std::snprintf(text, sizeof text, "p50 %.2f ms, p99 %.2f ms, most %.2f ms", at(0.5), at(0.99),
                  at(1));
    return text;
  }
};

// One call in progress.
struct Ask {
  grpc::ClientContext context;
  v1::ComputeScheduleResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::ComputeScheduleResponse>> reader;
  absl::Time start = absl::Now();
};

class Generator {
 public:
  explicit Generator(const std::string& address)
      : stub_(v1::ScheduleService::NewStub(client::MakeChannel(address))) {}

  void Send() {
    auto* ask = new Ask;
    ask->context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    ask->reader = stub_->AsyncComputeSchedule(&ask->context, FreshRequest(), &queue_);
    ask->reader->Finish(&ask->response, &ask->status, ask);
    ++in_progress_;
  }

  // Takes one answer that arrives until `deadline`; false if none does.
  bool Take(absl::Time deadline) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(deadline)) !=
        grpc::CompletionQueue::GOT_EVENT) {
      return false;
    }
    const std::unique_ptr<Ask> ask(static_cast<Ask*>(tag));
    --in_progress_;
    const absl::Duration took = absl::Now() - ask->start;
    if (ask->status.ok()) {
      answered.all.push_back(took);
    } else if (ask->status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      refused.all.push_back(took);
    } else {
      ++failed;
    }
    return true;
  }

  void TakeAll() {
    while (in_progress_ > 0) Take(absl::InfiniteFuture());
  }

  Times answered;
  Times refused;
  int failed = 0;

 private:
  std::unique_ptr<v1::ScheduleService::Stub> stub_;
  grpc::CompletionQueue queue_;
  int in_progress_ = 0;
};

double PerSecond(size_t count, absl::Duration time) {
  return static_cast<double>(count) / absl::ToDoubleSeconds(time);
}

// Two callers, who ask again as soon as they are answered: one waits while one is
// computed.
double MeasureCapacity(const std::string& address) {
  Generator generator(address);
  const absl::Time start = absl::Now();
  for (int i = 0; i < 2; ++i) generator.Send();
  while (absl::Now() - start < kPhase) {
    generator.Take(absl::InfiniteFuture());
    generator.Send();
  }
  const size_t count = generator.answered.all.size();
  const absl::Duration took = absl::Now() - start;
  generator.TakeAll();
  std::printf("capacity   %.1f answers/s; a call takes %s\n", PerSecond(count, took),
              generator.answered.Quantiles().c_str());
  return PerSecond(count, took);
}

double MeasureGoodput(const std::string& address, double rate) {
  Generator generator(address);
  Times health;
  std::atomic<bool> done = false;
  std::thread prober([&] {
    const client::Client client(client::MakeChannel(address));
    while (!done) {
      const absl::Time start = absl::Now();
      if (client.CheckHealth("").ok()) health.all.push_back(absl::Now() - start);
      absl::SleepFor(absl::Milliseconds(20));
    }
  });
  const absl::Time start = absl::Now();
  const absl::Duration interval = absl::Seconds(1 / rate);
  for (int64_t i = 0; absl::Now() - start < kPhase; ++i) {
    const absl::Time due = start + i * interval;
    while (generator.Take(due)) {
    }
    generator.Send();
  }
  const size_t in_time = generator.answered.all.size();
  const absl::Duration took = absl::Now() - start;
  done = true;
  prober.join();
  const double goodput = PerSecond(in_time, took);
  std::printf("goodput    %.1f answers/s of %.1f asked; %zu refused, %d failed\n", goodput, rate,
              generator.refused.all.size(), generator.failed);
  std::printf("answered   %s\n", generator.answered.Quantiles().c_str());
  std::printf("refusal    %s\n", generator.refused.Quantiles().c_str());
  std::printf("health     %s\n", health.Quantiles().c_str());
  const absl::Time end = absl::Now();
  Generator after(address);
  while (after.answered.all.empty()) {
    after.Send();
    after.TakeAll();
  }
  std::printf("recovery   %.1f ms\n", absl::ToDoubleMilliseconds(absl::Now() - end));
  generator.TakeAll();
  return goodput;
}

int Main() {
  const TemporaryFolder folder;
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  const int count = CPU_COUNT(&all);
  std::string daemon_cpu = "0";
  if (count >= 2) {
    // The daemon on the first processor, the load on the others.
    cpu_set_t rest = all;
    CPU_CLR(0, &rest);
    sched_setaffinity(0, sizeof rest, &rest);
  }
  std::printf("%d processors; the daemon has processor %s to itself: %s\n", count,
              daemon_cpu.c_str(), count >= 2 ? "yes" : "no");
  ProcessOptions options;
  options.timeout = absl::Minutes(5);
  const std::string address = "unix:" + folder.File("s");
  Process daemon({"/usr/bin/taskset", "-c", daemon_cpu, BuiltProgram("pipeschedd"), "--listen",
                  address, "--access-log", "off"},
                 options);
  daemon.WaitForStderrLine(" listening on ");
  const double capacity = MeasureCapacity(address);
  const double goodput = MeasureGoodput(address, kOverload * capacity);
  std::printf("goodput / capacity = %.0f %%\n", 100 * goodput / capacity);
  return 0;
}

}  // namespace
}  // namespace pipesched

int main() { return pipesched::Main(); }
