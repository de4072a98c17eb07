#include "daemon/resources.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace pipesched {
namespace {

// The words of a file's first line; none if it cannot be read.
std::vector<std::string> FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return absl::StrSplit(line, ' ', absl::SkipEmpty());
}

// The folders of this process' control group and of those around it.
std::vector<std::string> ControlGroups(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::string line;
  std::vector<std::string> groups;
  const std::string base = root + "/sys/fs/cgroup";
  while (std::getline(file, line)) {
    absl::string_view path = line;
    if (!absl::ConsumePrefix(&path, "0::/")) continue;
    std::string folder(path);
    while (!folder.empty()) {
      groups.push_back(absl::StrCat(base, "/", folder));
      const size_t slash = folder.rfind('/');
      folder.resize(slash == std::string::npos ? 0 : slash);
    }
  }
  groups.push_back(base);  // in a container its own group
  return groups;
}

int AffinityCount() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    return static_cast<int>(std::thread::hardware_concurrency());
  }
  return CPU_COUNT(&set);
}

}  // namespace

int AvailableProcessors(const std::string& root) {
  int result = std::max(1, AffinityCount());
  for (const std::string& group : ControlGroups(root)) {
    const std::vector<std::string> words = FirstLine(group + "/cpu.max");
    double quota = 0;
    double period = 0;
    if (words.size() != 2 || !absl::SimpleAtod(words[0], &quota) ||
        !absl::SimpleAtod(words[1], &period) || quota <= 0 || period <= 0) {
      continue;  // "max", or no such file
    }
    const double processors = std::ceil(quota / period);
    if (processors < result) result = std::max(1, static_cast<int>(processors));
  }
  return result;
}

int64_t AvailableMemory(const std::string& root) {
  int64_t result = std::numeric_limits<int64_t>::max();
  const int64_t pages = sysconf(_SC_PHYS_PAGES);
  if (pages > 0) result = pages * sysconf(_SC_PAGESIZE);
  for (const std::string& group : ControlGroups(root)) {
    const std::vector<std::string> words = FirstLine(group + "/memory.max");
    int64_t bytes = 0;
    if (words.size() == 1 && absl::SimpleAtoi(words[0], &bytes)) result = std::min(result, bytes);
  }
  return result;
}

int64_t ResidentBytes() {
  const std::vector<std::string> words = FirstLine("/proc/self/statm");
  int64_t pages = 0;
  if (words.size() < 2 || !absl::SimpleAtoi(words[1], &pages)) return 0;
  return pages * sysconf(_SC_PAGESIZE);
}

}  // namespace pipesched
