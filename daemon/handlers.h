#ifndef PIPESCHED_DAEMON_HANDLERS_H_
#define PIPESCHED_DAEMON_HANDLERS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "daemon/limits.h"
#include "engine/model/cancel.h"

namespace pipesched {
namespace v1 {
class ComputeScheduleRequest;
class ComputeScheduleResponse;
class StreamScheduleRequest;
class StreamScheduleResponse;
class RenderScheduleRequest;
class RenderScheduleResponse;
class ExportScheduleRequest;
class ExportScheduleResponse;
class ListScheduleKindsRequest;
class ListScheduleKindsResponse;
class GetServerInfoRequest;
class GetServerInfoResponse;
}  // namespace v1

// What a handler may use besides its request.
struct CallContext {
  const Limits& limits;
  Cancelled cancelled;  // the caller stopped waiting
};

// One function an RPC, without gRPC: a request goes in, a response or an error
// (see errors.h) comes out. Pure; safe to call from many threads.
absl::Status HandleComputeSchedule(const v1::ComputeScheduleRequest& request, CallContext context,
                                   v1::ComputeScheduleResponse& response);
absl::Status HandleRenderSchedule(const v1::RenderScheduleRequest& request, CallContext context,
                                  v1::RenderScheduleResponse& response);
absl::Status HandleExportSchedule(const v1::ExportScheduleRequest& request, CallContext context,
                                  v1::ExportScheduleResponse& response);
absl::Status HandleListScheduleKinds(const v1::ListScheduleKindsRequest& request,
                                     CallContext context, v1::ListScheduleKindsResponse& response);
absl::Status HandleGetServerInfo(const v1::GetServerInfoRequest& request, CallContext context,
                                 v1::GetServerInfoResponse& response);

// The messages of a StreamSchedule call, one after another.
class ScheduleStream {
 public:
  virtual ~ScheduleStream() = default;

  // Makes the next message; false after the last.
  virtual bool Next(v1::StreamScheduleResponse& message) = 0;
};

absl::StatusOr<std::unique_ptr<ScheduleStream>> HandleStreamSchedule(
    const v1::StreamScheduleRequest& request, CallContext context);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_HANDLERS_H_
