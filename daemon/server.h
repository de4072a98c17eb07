#ifndef PIPESCHED_DAEMON_SERVER_H_
#define PIPESCHED_DAEMON_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/service.h"

namespace pipesched {

struct ServerOptions {
  ServiceOptions service;
  // What to listen on: "HOST:PORT" (port 0: any free one) or "unix:PATH".
  std::vector<std::string> listen = {"127.0.0.1:50551"};
  bool reflection = true;  // grpc.reflection.v1alpha
};

// A gRPC server with ScheduleService and grpc.health.v1 on its listeners.
class Server {
 public:
  // Binds all listeners or none. A TCP port or a live socket that another
  // process listens on is an error, not shared.
  //
  // Returns INVALID_ARGUMENT, naming the address, for one that is not of the
  // two forms; UNAVAILABLE for one that cannot be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  ~Server();

  // The addresses bound, in the order asked for, with the real ports.
  const std::vector<std::string>& addresses() const;

  // Calls of ScheduleService that have arrived and are not answered.
  int calls_in_progress() const;

  // See ScheduleService.
  int64_t calls_abandoned() const;

  // Says NOT_SERVING, refuses new calls, waits up to `drain` for those
  // in progress, then cancels what is left. Returns when the server has stopped.
  void Stop(absl::Duration drain);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SERVER_H_
