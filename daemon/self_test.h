#ifndef PIPESCHED_DAEMON_SELF_TEST_H_
#define PIPESCHED_DAEMON_SELF_TEST_H_

#include "absl/status/status.h"
#include "daemon/limits.h"

namespace pipesched {

// Computes a small schedule, whose numbers are known, and draws it, as a call would:
// whether this program works on this machine. Returns INTERNAL if not. Takes some ms.
absl::Status RunSelfTest(const Limits& limits = {});

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SELF_TEST_H_
