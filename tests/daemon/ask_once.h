#ifndef PIPESCHED_TESTS_DAEMON_ASK_ONCE_H_
#define PIPESCHED_TESTS_DAEMON_ASK_ONCE_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/statusor.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {

// One attempt: a Client would try again when it is told to.
inline absl::StatusOr<v1::ComputeScheduleResponse> AskOnce(
    const std::string& address, const v1::ComputeScheduleRequest& request) {
  const auto stub = v1::ScheduleService::NewStub(client::MakeChannel(address));
  grpc::ClientContext context;
  v1::ComputeScheduleResponse response;
  const grpc::Status status = stub->ComputeSchedule(&context, request, &response);
  if (!status.ok()) return client::FromGrpcStatus(status);
  return response;
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_ASK_ONCE_H_
