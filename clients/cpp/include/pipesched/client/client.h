#ifndef PIPESCHED_CLIENT_CLIENT_H_
#define PIPESCHED_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pipesched/client/cancellation.h"

namespace grpc {
class Channel;
}

namespace pipesched {

// Callers include pipesched/v1/schedule_service.pb.h.
namespace v1 {
class ComputeScheduleRequest;
class ComputeScheduleResponse;
class StreamScheduleRequest;
class StreamScheduleResponse;
class RenderScheduleRequest;
class RenderScheduleResponse;
class ExportScheduleRequest;
class ExportScheduleResponse;
class ListScheduleKindsResponse;
class GetServerInfoResponse;
class ValidateScheduleRequest;
class ValidateScheduleResponse;
class CompareSchedulesRequest;
class CompareSchedulesResponse;
class SearchScheduleRequest;
class SearchScheduleResponse;
}  // namespace v1

namespace client {

inline constexpr int kMaxReceiveBytes = 64 << 20;
inline constexpr int kDefaultTimeoutSeconds = 30;

// How one call is made.
struct CallOptions {
  absl::Duration timeout = absl::Seconds(kDefaultTimeoutSeconds);
  Cancellation* cancellation = nullptr;  // not owned; null: the call cannot be cancelled
  // Sent with the call, keys in lower case; the server logs "x-request-id".
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

// Asked for a bearer token at every call; must be safe to call from many threads.
using TokenSource = std::function<std::string()>;

// What grpc.health.v1 says of a service.
enum class HealthStatus { kUnknown = 0, kServing = 1, kNotServing = 2 };

// A channel to a daemon, without transport security. `target` is "host:port",
// "dns:///host:port" or "unix:/path". Connects on the first call; a wrong target
// shows as UNAVAILABLE there. Responses of up to 64 MiB are accepted. A proxy of
// the environment (http_proxy) is not used. Calls that end with UNAVAILABLE are
// tried up to five times within their timeout.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target);

// Calls pipesched.v1.ScheduleService. Each method is one call that blocks until
// it is answered; its errors are those that the proto lists, with their details
// (see error.h), and UNAVAILABLE if the daemon cannot be reached. A call that an
// overloaded daemon refuses with word when to try again (grpc-retry-pushback-ms) is
// made up to five times within its timeout. All methods may be called from many
// threads at once.
class Client {
 public:
  // `token`, if given, is sent with each call; a channel without transport security
  // sends it in the clear. Connect (connect.h) makes safe ones.
  explicit Client(std::shared_ptr<grpc::Channel> channel, TokenSource token = nullptr);
  ~Client();

  // Also returns DATA_LOSS if the timeline is broken (see timeline_ops.h).
  absl::StatusOr<v1::ComputeScheduleResponse> ComputeSchedule(
      const v1::ComputeScheduleRequest& request, const CallOptions& options = {}) const;

  // Calls `receive` with each message, in order. Also returns DATA_LOSS if the
  // messages do not make up a whole timeline.
  absl::Status StreamSchedule(const v1::StreamScheduleRequest& request,
                              absl::FunctionRef<void(v1::StreamScheduleResponse message)> receive,
                              const CallOptions& options = {}) const;

  absl::StatusOr<v1::RenderScheduleResponse> RenderSchedule(
      const v1::RenderScheduleRequest& request, const CallOptions& options = {}) const;

  absl::StatusOr<v1::ExportScheduleResponse> ExportSchedule(
      const v1::ExportScheduleRequest& request, const CallOptions& options = {}) const;

  absl::StatusOr<v1::ValidateScheduleResponse> ValidateSchedule(
      const v1::ValidateScheduleRequest& request, const CallOptions& options = {}) const;

  absl::StatusOr<v1::CompareSchedulesResponse> CompareSchedules(
      const v1::CompareSchedulesRequest& request, const CallOptions& options = {}) const;

  // Calls `receive` with each message, in order; the last one has search.finished. The
  // service ends a search a little before the call's timeout; after a cancellation no
  // further message comes. Also returns DATA_LOSS if the last message is missing, or its
  // timeline is broken.
  absl::Status SearchSchedule(const v1::SearchScheduleRequest& request,
                              absl::FunctionRef<void(v1::SearchScheduleResponse message)> receive,
                              const CallOptions& options = {}) const;

  absl::StatusOr<v1::ListScheduleKindsResponse> ListScheduleKinds(
      const CallOptions& options = {}) const;

  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo(const CallOptions& options = {}) const;

  // Asks grpc.health.v1.Health/Check; "" is the whole server. NOT_FOUND: the
  // server has no service of that name.
  absl::StatusOr<HealthStatus> CheckHealth(const std::string& service,
                                           const CallOptions& options = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace client
}  // namespace pipesched

#endif  // PIPESCHED_CLIENT_CLIENT_H_
