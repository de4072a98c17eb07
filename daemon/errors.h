#ifndef PIPESCHED_DAEMON_ERRORS_H_
#define PIPESCHED_DAEMON_ERRORS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/limits.h"
#include "daemon/reasons.h"

namespace grpc {
class Status;
}

namespace pipesched {

// One field that is wrong.
struct Violation {
  std::string field;        // path in the request: "pipeline.stage_costs[3].forward"
  std::string description;  // its value, then what is allowed: "-1, want (0, inf)"
};

// A value above a limit of the server, and otherwise right. As metadata of the
// error: limit, value, max.
struct LimitExcess {
  absl::string_view limit;  // its name in ServerLimits: "max_ops"
  int64_t value = 0;
  int64_t max = 0;
};

// A rank whose memory limit no order fits. As metadata of the error: its fields.
struct MemoryExcess {
  int rank = 0;
  int64_t limit_bytes = 0;
  int64_t needed_bytes = 0;
};

// All that is wrong with a request, in the order found. Keeps the first 1,000
// and counts the rest: a request of 64 MiB can be wrong in millions of places.
class Violations {
 public:
  void Add(std::string field, std::string description);
  void AddLimit(std::string field, std::string description, const LimitExcess& excess);
  void AddMemory(std::string field, std::string description, const MemoryExcess& excess);

  // The caller stopped waiting before all of the request was looked at.
  void Cancel() { is_cancelled_ = true; }

  // Whether the request was looked at and nothing is wrong.
  bool empty() const { return count_ == 0 && !is_cancelled_; }
  int64_t count() const { return count_; }
  const std::vector<Violation>& list() const { return violations_; }

  // OK if there are none; CANCELLED after Cancel(); else INVALID_ARGUMENT with
  // google.rpc.BadRequest and the reason LIMIT_EXCEEDED or NO_ORDER_FITS (with the first
  // excess) if all are limits, or all are memory, INVALID_REQUEST if not. The first ones, as many
  // as fit a trailer of 4 KiB; the message says how many there are.
  absl::Status ToStatus() const;

 private:
  absl::Status ErrorWith(absl::string_view message) const;

  std::vector<Violation> violations_;
  int64_t count_ = 0;
  int64_t limit_count_ = 0;
  LimitExcess first_excess_;
  int64_t memory_count_ = 0;
  MemoryExcess first_memory_excess_;
  bool is_cancelled_ = false;
};

// A status with a google.rpc.ErrorInfo.
absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const std::map<std::string, std::string>& metadata = {});

// INVALID_ARGUMENT, reason LIMIT_EXCEEDED.
absl::Status LimitError(absl::string_view message, const LimitExcess& excess);

// The same for a result that is larger than a message may be: "`what` has `bytes`
// bytes or more, ...: `advice`".
absl::Status TooLarge(absl::string_view what, int64_t bytes, const Limits& limits,
                      absl::string_view advice);

// RESOURCE_EXHAUSTED, with google.rpc.RetryInfo: try again after `delay`. `cause`
// is what there is too much of: "QUEUE", "WAIT", "DEADLINE", "MEMORY" or "CALLS"; the
// scope follows from it.
absl::Status Overloaded(absl::string_view cause, absl::string_view message, absl::Duration delay);

// Overloaded by "MEMORY".
absl::Status OutOfMemory(absl::string_view message);

// The reason that a status goes out with; "" for OK.
std::string ReasonOf(const absl::Status& status);

// The delay of a status' google.rpc.RetryInfo.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

// The status as gRPC sends it, with its details in grpc-status-details-bin:
// ErrorInfo first. A status that carries no ErrorInfo gets one; INTERNAL and
// UNKNOWN are masked, and tell only `request_id`. Never throws: without memory the
// details are left out.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id = "") noexcept;

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_ERRORS_H_
