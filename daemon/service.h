#ifndef PIPESCHED_DAEMON_SERVICE_H_
#define PIPESCHED_DAEMON_SERVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/admission.h"
#include "daemon/call.h"
#include "daemon/limits.h"
#include "daemon/plan_source.h"

namespace grpc {
class CallbackServerContext;
class CallbackGenericService;
class Service;
}  // namespace grpc

namespace pipesched {

// Says whether a call may be answered: OK, UNAUTHENTICATED or PERMISSION_DENIED.
using Authorize = std::function<absl::Status(const grpc::CallbackServerContext& context)>;

struct ServiceOptions {
  Limits limits;
  int workers = 1;       // threads that compute
  int max_queued = 256;  // jobs that may wait for one of them
  int64_t cache_bytes = 0;
  int64_t memory_bytes = 0;  // for plans, those in the cache among them; 0: no bound
  absl::Duration max_rpc_duration = absl::InfiniteDuration();
  Authorize authorize;  // null: every call may
  // A name for a peer that gRPC calls "fd:9"; null: none is better.
  std::function<std::string(const std::string& peer)> describe_peer;
  // Breaks the connection to a peer, as gRPC calls it, that takes nothing any more;
  // null: it is waited for.
  std::function<void(const std::string& peer)> break_connection;
  CallObserver* observer = nullptr;  // not owned
};

// pipesched.v1.ScheduleService over gRPC's callback API. Small requests are
// computed where they arrive; larger ones wait for a worker, and are refused with
// RESOURCE_EXHAUSTED where they would wait too long. Calls that wait hold no thread.
class ScheduleService {
 public:
  explicit ScheduleService(const ServiceOptions& options);
  ~ScheduleService();  // After the server that it is registered with.

  grpc::Service* grpc_service();

  // Answers calls of methods that no service has.
  grpc::CallbackGenericService* unknown_methods();

  // For calls that arrive from now on.
  void SetLimits(const Limits& limits);

  int calls_in_progress() const;
  int jobs_queued() const;
  PlanSource::Counts plan_counts() const;
  int64_t memory_reserved() const;

  // Calls whose work stopped, or never started, since their caller did not wait.
  int64_t calls_abandoned() const;

  // From now on refuses new calls with UNAVAILABLE, reason DRAINING.
  void Drain();

  // Stops the work of the calls in progress, which get the same answer.
  void CancelAll();

  // Waits until no call is in progress, or for `timeout`; whether none is.
  bool WaitUntilIdle(absl::Duration timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SERVICE_H_
