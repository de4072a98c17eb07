#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "daemon/observe/metrics.h"
#include "daemon/resources.h"

namespace pipesched {
namespace {

// Field `number` (from 1, as proc(5) counts them; from 3 on) of /proc/self/stat.
double StatField(size_t number) {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The program's name, field 2, may hold spaces.
  const std::vector<std::string> rest =
      absl::StrSplit(text.substr(std::min(text.size(), text.rfind(')') + 2)), ' ');
  double value = 0;
  return number - 3 < rest.size() && absl::SimpleAtod(rest[number - 3], &value) ? value : 0;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(folder), end(folder)));
}

double MostDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double StartTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  double boot = 0;
  while (file >> word) {
    if (word == "btime") file >> boot;
  }
  return boot + StatField(22) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::vector<SampledMetric> ProcessMetrics() {
  const double start = StartTime();
  return {
      {"process_cpu_seconds_total", "User and system time.", true, CpuSeconds},
      {"process_resident_memory_bytes", "Memory held.", false,
       [] { return static_cast<double>(ResidentBytes()); }},
      {"process_virtual_memory_bytes", "Address space.", false, [] { return StatField(23); }},
      {"process_threads", "Threads.", false, [] { return StatField(20); }},
      {"process_open_fds", "Open descriptors.", false, OpenDescriptors},
      {"process_max_fds", "Most descriptors.", false, MostDescriptors},
      {"process_start_time_seconds", "Start, as Unix time.", false, [start] { return start; }},
  };
}

}  // namespace pipesched
