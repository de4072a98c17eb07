#ifndef PIPESCHED_TESTS_SUPPORT_SANITIZER_H_
#define PIPESCHED_TESTS_SUPPORT_SANITIZER_H_

#include "absl/time/time.h"

// There only in a build with that sanitizer.
extern "C" __attribute__((weak)) void __asan_init();
extern "C" __attribute__((weak)) void __tsan_init();

namespace pipesched {

// AddressSanitizer keeps what was freed, and makes all slower.
inline bool HasAddressSanitizer() { return __asan_init != nullptr; }

inline bool IsInstrumented() { return __asan_init != nullptr || __tsan_init != nullptr; }

// Sanitizers take memory of their own.
inline bool MeasuresMemory() { return !IsInstrumented(); }

// A promised time as it is asserted: with tenfold slack, since tests share machines,
// and with fivefold more where the program is instrumented.
inline absl::Duration WithSlack(absl::Duration promised) {
  return promised * (HasAddressSanitizer() ? 50 : 10);
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_SANITIZER_H_
