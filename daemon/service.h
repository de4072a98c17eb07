#ifndef PIPESCHED_DAEMON_SERVICE_H_
#define PIPESCHED_DAEMON_SERVICE_H_

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "daemon/limits.h"

namespace grpc {
class Service;
}

namespace pipesched {

struct ServiceOptions {
  Limits limits;
  int workers = 1;        // threads that compute
  int max_queued = 1024;  // calls that may wait for one of them
};

// pipesched.v1.ScheduleService over gRPC's callback API. Small requests are
// computed where they arrive; larger ones wait for a worker, and are refused
// with RESOURCE_EXHAUSTED while the queue is full.
class ScheduleService {
 public:
  explicit ScheduleService(const ServiceOptions& options);
  ~ScheduleService();  // After the server that it is registered with.

  grpc::Service* grpc_service();

  int calls_in_progress() const;

  // Calls whose work stopped, or never started, since their caller did not wait.
  int64_t calls_abandoned() const;

  // From now on refuses new calls with UNAVAILABLE, reason DRAINING.
  void Drain();

  // Waits until no call is in progress, or for `timeout`; whether none is.
  bool WaitUntilIdle(absl::Duration timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SERVICE_H_
