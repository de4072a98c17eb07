#ifndef PIPESCHED_DAEMON_REASONS_H_
#define PIPESCHED_DAEMON_REASONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pipesched {

// Reasons of google.rpc.ErrorInfo, domain "pipesched": stable names that
// programs act on. The table in reasons.cc says what each means.
inline constexpr absl::string_view kInvalidRequest = "INVALID_REQUEST";
inline constexpr absl::string_view kLimitExceeded = "LIMIT_EXCEEDED";
inline constexpr absl::string_view kNoOrderFits = "NO_ORDER_FITS";
inline constexpr absl::string_view kOrderDeadlocks = "ORDER_DEADLOCKS";
inline constexpr absl::string_view kOverloaded = "OVERLOADED";
inline constexpr absl::string_view kDraining = "DRAINING";
inline constexpr absl::string_view kCancelled = "CANCELLED";
inline constexpr absl::string_view kDeadlineExceeded = "DEADLINE_EXCEEDED";
inline constexpr absl::string_view kMaxRpcDurationExceeded = "MAX_RPC_DURATION_EXCEEDED";
inline constexpr absl::string_view kUnauthenticated = "UNAUTHENTICATED";
inline constexpr absl::string_view kPeerNotAllowed = "PEER_NOT_ALLOWED";
inline constexpr absl::string_view kUnknownMethod = "UNKNOWN_METHOD";
inline constexpr absl::string_view kInternal = "INTERNAL";

// A row of the registry, from which docs/errors.md is made.
struct ReasonInfo {
  absl::string_view reason;
  absl::StatusCode code;       // the only one that it comes with
  absl::string_view meaning;   // a sentence
  absl::string_view metadata;  // keys, for people; "" if there are none
  bool retry;                  // the same call may succeed later
};

absl::Span<const ReasonInfo> AllReasons();

// The row of a reason, or null.
const ReasonInfo* FindReason(absl::string_view reason);

// The registry as a Markdown table.
std::string FormatReasons();

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_REASONS_H_
