#ifndef PIPESCHED_CLIENTS_CPP_RETRY_H_
#define PIPESCHED_CLIENTS_CPP_RETRY_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include "absl/time/time.h"
#include "pipesched/client/cancellation.h"

namespace pipesched::client {

// Retries of calls that an overloaded server refused, when it says to. gRPC's own
// retries, of UNAVAILABLE, are in the service config: for RESOURCE_EXHAUSTED they
// would not wait to be told.
class Attempts {
 public:
  // `cancellation` may be null.
  Attempts(absl::Time deadline, Cancellation* cancellation)
      : deadline_(deadline), cancellation_(cancellation) {}

  // After an attempt ended with `status`: true after the wait that the server asked
  // for, or as soon as the call is cancelled; false at once if there is to be no
  // further attempt, because the server did not ask for it, the deadline is before it,
  // or there were enough.
  bool WaitForNext(const grpc::ClientContext& context, const grpc::Status& status);

 private:
  absl::Time deadline_;
  Cancellation* cancellation_;
  int made_ = 0;
};

}  // namespace pipesched::client

#endif  // PIPESCHED_CLIENTS_CPP_RETRY_H_
