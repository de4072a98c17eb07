#ifndef PIPESCHED_DAEMON_CONVERT_ORDER_FILE_H_
#define PIPESCHED_DAEMON_CONVERT_ORDER_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/model/cancel.h"

namespace pipesched {

// Least bytes of an op and what follows it: "0F0 ".
inline constexpr int64_t kLeastOpText = 4;

// INVALID_ARGUMENT, reason LIMIT_EXCEEDED, for an order text of `bytes` or more.
absl::Status OrderTextTooLarge(int64_t bytes, const Limits& limits);

// The order text of a plan. Stops with OrderTextTooLarge where it passes the
// largest message, and with CANCELLED if `cancelled` said so.
absl::StatusOr<std::string> OrderTextOf(const Plan& plan, const Limits& limits,
                                        Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_ORDER_FILE_H_
