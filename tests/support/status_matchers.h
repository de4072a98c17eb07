#ifndef PIPESCHED_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define PIPESCHED_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Matchers for absl::Status and absl::StatusOr, which Debian's Abseil lacks.

namespace pipesched {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& status) {
  return status.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << GetStatus(arg);
  return GetStatus(arg).ok();
}

// The status has this code and a message that `message_matcher` matches.
MATCHER_P2(StatusIs, code, message_matcher, "") {
  *result_listener << GetStatus(arg);
  return GetStatus(arg).code() == code &&
         testing::ExplainMatchResult(message_matcher, std::string(GetStatus(arg).message()),
                                     result_listener);
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_STATUS_MATCHERS_H_
