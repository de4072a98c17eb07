#include "pipesched/client/error.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "pipesched/client/error_details.pb.h"

namespace pipesched::client {
namespace {

// Payload of our statuses: the bytes of the grpc-status-details-bin trailer.
constexpr absl::string_view kPayloadUrl = "type.googleapis.com/google.rpc.Status";

// Reads a detail into `message`, which has the same fields as the message of
// google.rpc that `name` names; false if it is not that one.
template <typename Message>
bool Read(const google::protobuf::Any& detail, absl::string_view name, Message& message) {
  return absl::EndsWith(detail.type_url(), absl::StrCat("/google.rpc.", name)) &&
         message.ParseFromString(detail.value());
}

}  // namespace

ErrorDetails GetErrorDetails(const absl::Status& status) {
  ErrorDetails details;
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  rpc::Status message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return details;
  for (const google::protobuf::Any& any : message.details()) {
    rpc::ErrorInfo info;
    rpc::BadRequest bad_request;
    rpc::RetryInfo retry;
    if (Read(any, "ErrorInfo", info)) {
      details.reason = info.reason();
      details.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (Read(any, "BadRequest", bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        details.violations.push_back({violation.field(), violation.description()});
      }
    } else if (Read(any, "RetryInfo", retry)) {
      details.retry_delay = absl::Seconds(retry.retry_delay().seconds()) +
                            absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  return details;
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.ok() && !status.error_details().empty()) {
    result.SetPayload(kPayloadUrl, absl::Cord(status.error_details()));
  }
  return result;
}

}  // namespace pipesched::client
