#ifndef PIPESCHED_CLIENT_ERROR_H_
#define PIPESCHED_CLIENT_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class Status;
}

namespace pipesched::client {

// One field of a request that is wrong.
struct FieldViolation {
  std::string field;        // path: "pipeline.stage_costs[3].forward"
  std::string description;  // its value, then what is allowed: "-1, want (0, inf)"
};

// What an error of the service says besides its code and message.
struct ErrorDetails {
  // Stable name, for example "INVALID_REQUEST" (the proto lists them). Empty if
  // the error does not come from the service: a refused connection, say.
  std::string reason;
  std::map<std::string, std::string> metadata;  // the values that the message names
  std::vector<FieldViolation> violations;       // all of them
  std::optional<absl::Duration> retry_delay;    // least time to wait before a retry
};

// The details that a status of this client carries. Never fails: a status
// without details, or with broken ones, has none.
ErrorDetails GetErrorDetails(const absl::Status& status);

// The same code and message, with the details of the status' trailer. Callers
// of Client do not need it.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace pipesched::client

#endif  // PIPESCHED_CLIENT_ERROR_H_
