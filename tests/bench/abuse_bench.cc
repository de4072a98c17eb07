// What peers that abuse HTTP/2 cost a daemon with --max-memory 512MiB (SECURITY.md). A
// line for each abuse: what it sent in 5 s, the daemon's processor time and largest
// memory meanwhile, its memory 2 s later, the connections that it broke, and how long
// the calls of a normal client took.

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http2_peer.h"

namespace pipesched {
namespace {

constexpr absl::Duration kTime = absl::Seconds(5);

std::string Start() { return kPreface + Frame(kSettings, 0, 0, ""); }

// Says `start` on each of some connections, then what `next` makes, until the time is
// over; begins anew where the daemon has hung up. Returns how often it said it.
int64_t Repeat(const std::string& address, int connections, const std::string& start,
               const std::function<std::string(int64_t i)>& next) {
  struct Talk {
    std::unique_ptr<Peer> peer;
    int64_t said = 0;
  };
  std::vector<Talk> talks(static_cast<size_t>(connections));
  int64_t count = 0;
  const absl::Time end = absl::Now() + kTime;
  while (absl::Now() < end) {
    for (Talk& talk : talks) {
      if (talk.peer == nullptr) {
        talk = {std::make_unique<Peer>(address), 0};
        talk.peer->Say(start);
      }
      for (int k = 0; k < 50 && talk.peer != nullptr; ++k, ++count) {
        if (!talk.peer->Say(next(talk.said++)) || talk.said == 1 << 20) talk.peer.reset();
      }
      if (talk.peer != nullptr) talk.peer->Listen();
    }
  }
  return count;
}

struct Abuse {
  const char* name;
  std::function<int64_t(const std::string& address)> run;
};

// A stream of several MB that nobody reads.
std::string UnreadStream() {
  v1::StreamScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(64);
  request.mutable_pipeline()->set_num_microbatches(2048);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  const std::string bytes = request.SerializeAsString();
  std::string message("\0\0\0\0", 4);
  message += static_cast<char>(bytes.size());
  return Start() + Frame(kHeaders, kEndHeaders, 1, CallHeaders("StreamSchedule")) +
         Frame(kData, kEndStream, 1, message + bytes);
}

// Opens connections, says something, and holds them.
std::function<int64_t(const std::string&)> Hold(int count, const std::string& text) {
  return [count, text](const std::string& address) {
    std::vector<std::unique_ptr<Peer>> peers;
    const absl::Time end = absl::Now() + kTime;
    for (int i = 0; i < count; ++i) {
      peers.push_back(std::make_unique<Peer>(address));
      peers.back()->Say(text);
    }
    absl::SleepFor(end - absl::Now());
    return int64_t{count};
  };
}

std::vector<Abuse> AllAbuses() {
  const std::string filler = Field("x-filler", std::string(120, 'a'));
  std::string huge = CallHeaders();
  for (int i = 0; i < 120; ++i) huge += filler;
  return {
      {"nothing",
       [](const std::string&) {
         absl::SleepFor(kTime);
         return int64_t{0};
       }},
      {"rapid reset, 1 connection",
       [](const std::string& address) {
         return Repeat(address, 1, Start(), [](int64_t i) {
           const auto stream = static_cast<uint32_t>(2 * i + 1);
           return Frame(kHeaders, kEndHeaders, stream, CallHeaders()) +
                  Frame(kReset, 0, stream, std::string("\0\0\0\x08", 4));
         });
       }},
      {"rapid reset, 4 connections",
       [](const std::string& address) {
         return Repeat(address, 4, Start(), [](int64_t i) {
           const auto stream = static_cast<uint32_t>(2 * i + 1);
           return Frame(kHeaders, kEndHeaders, stream, CallHeaders()) +
                  Frame(kReset, 0, stream, std::string("\0\0\0\x08", 4));
         });
       }},
      {"ping flood, 1 connection",
       [](const std::string& address) {
         return Repeat(address, 1, Start(), [](int64_t) { return Frame(kPing, 0, 0, "12345678"); });
       }},
      {"ping flood, 4 connections",
       [](const std::string& address) {
         return Repeat(address, 4, Start(), [](int64_t) { return Frame(kPing, 0, 0, "12345678"); });
       }},
      {"settings flood",
       [](const std::string& address) {
         return Repeat(address, 4, kPreface, [](int64_t) { return Frame(kSettings, 0, 0, ""); });
       }},
      {"huge metadata (16 KB a call)",
       [huge](const std::string& address) {
         return Repeat(address, 4, Start(), [huge](int64_t i) {
           return Frame(kHeaders, kEndHeaders | kEndStream, static_cast<uint32_t>(2 * i + 1),
                        huge.substr(0, 16000));
         });
       }},
      {"endless headers",
       [filler](const std::string& address) {
         return Repeat(address, 4, Start() + Frame(kHeaders, 0, 1, CallHeaders()),
                       [filler](int64_t) { return Frame(kContinuation, 0, 1, filler); });
       }},
      {"garbage instead of a preface",
       [](const std::string& address) {
         return Repeat(address, 4, std::string(1000, '\xff'),
                       [](int64_t) { return std::string(1000, '\xff'); });
       }},
      {"streams that nobody reads", Hold(100, UnreadStream())},
      {"idle connections", Hold(5000, Start())},
      {"connections that never speak", Hold(5000, "")},
  };
}

void Measure(const Abuse& abuse) {
  Daemon daemon({"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--access-log", "off",
                 "--max-rpc-duration", "10s", "--max-memory", "512MiB"});
  const client::Client client(client::MakeChannel(daemon.addresses[0]));
  (void)client.GetServerInfo();
  const double cpu = GetMetric(daemon.admin, "process_cpu_seconds_total");
  const double memory = GetMetric(daemon.admin, "process_resident_memory_bytes");
  std::atomic<bool> done = false;
  int64_t count = 0;
  std::thread abuser([&] {
    count = abuse.run(daemon.addresses[0]);
    done = true;
  });
  std::vector<absl::Duration> times;
  int failed = 0;
  double most_memory = memory;
  while (!done) {
    const absl::Time start = absl::Now();
    failed += client.GetServerInfo({.timeout = absl::Seconds(2)}).ok() ? 0 : 1;
    times.push_back(absl::Now() - start);
    if (times.size() % 20 == 0) {
      most_memory = std::max(most_memory, GetMetric(daemon.admin, "process_resident_memory_bytes"));
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
  abuser.join();
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return absl::ToDoubleMilliseconds(
        times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))]);
  };
  const double cpu_taken = GetMetric(daemon.admin, "process_cpu_seconds_total") - cpu;
  absl::SleepFor(absl::Seconds(2));
  const double memory_after = GetMetric(daemon.admin, "process_resident_memory_bytes") - memory;
  std::printf(
      "%-30s %8lld  cpu %4.1f s  memory +%6.1f MB, then +%6.1f MB  broken %3.0f  calls: %d of %zu "
      "failed, p50 %.2f ms, p99 %.2f ms, most %.1f ms\n",
      abuse.name, static_cast<long long>(count), cpu_taken, (most_memory - memory) / 1e6,
      memory_after / 1e6, GetMetric(daemon.admin, "pipesched_connections_broken_total"), failed,
      times.size(), at(0.5), at(0.99), at(1));
  std::fflush(stdout);
}

int Main() {
  rlimit many{};
  getrlimit(RLIMIT_NOFILE, &many);
  many.rlim_cur = many.rlim_max;
  setrlimit(RLIMIT_NOFILE, &many);
  for (const Abuse& abuse : AllAbuses()) Measure(abuse);
  return 0;
}

}  // namespace
}  // namespace pipesched

int main() { return pipesched::Main(); }
