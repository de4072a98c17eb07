// Loads a real pipeschedd with calls of all sorts and checks that memory, descriptors
// and threads do not grow with time:
//
//   soak [SECONDS]     default 600
//
// The first fifth is for warming up; of the rest the first and the last quarter are
// compared. Exits 1 if anything grew. PIPESCHED_BIN_DIR says where the daemon is.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

constexpr double kMostGrowthBytes = 16 << 20;  // of averages over a quarter of the time
constexpr double kMostGrowthCount = 2;         // of descriptors and threads

v1::ComputeScheduleRequest Request(int stages, int microbatches, double p2p_time) {
  v1::ComputeScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(stages);
  request.mutable_pipeline()->set_num_microbatches(microbatches);
  request.mutable_pipeline()->set_p2p_time(p2p_time);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  return request;
}

// Calls of one client, over and over: small and large, cached and not, wrong, given
// up, cut off; with a new connection now and then.
void Load(const std::string& address, int seed, const std::atomic<bool>& done,
          std::atomic<int64_t>& calls) {
  auto client = std::make_unique<client::Client>(client::MakeChannel(address));
  for (int i = seed; !done; ++i) {
    switch (i % 8) {
      case 0: (void)client->ComputeSchedule(Request(64, 512, i % 100)); break;
      case 1: (void)client->ComputeSchedule(Request(64, 512, 1)); break;
      case 2: (void)client->ComputeSchedule(Request(-1, 8, 0)); break;
      case 3: {
        auto request = Request(16, 64, i);
        request.set_view(v1::VIEW_FULL);
        (void)client->ComputeSchedule(request);
        break;
      }
      case 4:
        (void)client->ComputeSchedule(Request(2048, 512, i), {.timeout = absl::Milliseconds(20)});
        break;
      case 5: {
        v1::RenderScheduleRequest request;
        *request.mutable_pipeline() = Request(8, 16, i).pipeline();
        request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
        request.set_format(v1::RENDER_FORMAT_PNG);
        (void)client->RenderSchedule(request);
        break;
      }
      case 6: {
        v1::StreamScheduleRequest request;
        *request.mutable_pipeline() = Request(64, 512, i % 10).pipeline();
        request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
        (void)client->StreamSchedule(request, [](const v1::StreamScheduleResponse&) {});
        break;
      }
      default: (void)client->CheckHealth(""); break;
    }
    ++calls;
    if (i % 500 == 0) {
      client = std::make_unique<client::Client>(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), [&] {
            grpc::ChannelArguments arguments;
            arguments.SetInt("connection", i);
            return arguments;
          }()));
    }
  }
}

double Metric(const std::string& metrics, const std::string& name) {
  const size_t found = metrics.find(absl::StrCat("\n", name, " "));
  return found == std::string::npos ? -1 : std::atof(metrics.c_str() + found + name.size() + 2);
}

// Samples of one quantity, one a second.
struct Series {
  std::string name;
  double most_growth;
  std::vector<double> samples;

  double Mean(double begin, double end) const {
    const auto size = static_cast<double>(samples.size());
    const auto first = samples.begin() + static_cast<ptrdiff_t>(begin * size);
    const auto last = samples.begin() + static_cast<ptrdiff_t>(end * size);
    double sum = 0;
    for (auto sample = first; sample != last; ++sample) sum += *sample;
    return sum / static_cast<double>(std::max<ptrdiff_t>(1, last - first));
  }

  bool Report() const {
    const double early = Mean(0.2, 0.4);
    const double late = Mean(0.8, 1);
    const bool grew = late - early > most_growth;
    std::printf("%-32s %14.0f -> %14.0f %s\n", name.c_str(), early, late, grew ? "GREW" : "ok");
    return !grew;
  }
};

int Main(int seconds) {
  ProcessOptions options;
  options.timeout = absl::Seconds(seconds) + absl::Minutes(5);
  Daemon daemon({"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--access-log", "off",
                 "--log-level", "error"},
                options);
  std::atomic<bool> done = false;
  std::atomic<int64_t> calls = 0;
  std::vector<std::thread> load;
  for (int i = 0; i < 4; ++i) {
    load.emplace_back([&, i] { Load(daemon.addresses[0], i, done, calls); });
  }
  std::vector<Series> all = {{"process_resident_memory_bytes", kMostGrowthBytes, {}},
                             {"process_open_fds", kMostGrowthCount, {}},
                             {"process_threads", kMostGrowthCount, {}}};
  for (int i = 0; i < seconds; ++i) {
    absl::SleepFor(absl::Seconds(1));
    const std::string metrics = HttpGet(daemon.admin, "/metrics").body;
    for (Series& series : all) series.samples.push_back(Metric(metrics, series.name));
  }
  done = true;
  for (std::thread& thread : load) thread.join();
  daemon.process.Signal(SIGTERM);
  bool good = daemon.process.Wait().exit_code == 0;
  std::printf("%lld calls in %d s\n", static_cast<long long>(calls.load()), seconds);
  for (const Series& series : all) good = series.Report() && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace pipesched

int main(int argc, char** argv) { return pipesched::Main(argc > 1 ? std::atoi(argv[1]) : 600); }
