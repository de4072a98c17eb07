#ifndef PIPESCHED_TESTS_SUPPORT_PEAK_MEMORY_H_
#define PIPESCHED_TESTS_SUPPORT_PEAK_MEMORY_H_

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace pipesched {

// A line of /proc/self/status, in bytes.
inline int64_t StatusBytes(absl::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    int64_t kilobytes = 0;
    if (absl::ConsumePrefix(&rest, name) && absl::ConsumeSuffix(&rest, " kB") &&
        absl::SimpleAtoi(rest, &kilobytes)) {
      return kilobytes << 10;
    }
  }
  return -1;
}

// How much larger the process was, at most, while `work` ran.
inline int64_t MostMemory(absl::FunctionRef<void()> work) {
  mallopt(M_MMAP_THRESHOLD, 1 << 20);  // What is freed is gone at once.
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // The high-water mark begins anew.
  const int64_t before = StatusBytes("VmRSS:");
  work();
  return StatusBytes("VmHWM:") - before;
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_PEAK_MEMORY_H_
