#ifndef PIPESCHED_DAEMON_SERVER_H_
#define PIPESCHED_DAEMON_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/security/tls_credentials.h"
#include "daemon/security/tls_files.h"
#include "daemon/service.h"
#include "daemon/unix_listener.h"

namespace pipesched {

struct ServerOptions {
  ServiceOptions service;
  // What to listen on: "HOST:PORT" (port 0: any free one) or "unix:PATH".
  std::vector<std::string> listen = {"127.0.0.1:50551"};
  bool reflection = true;  // grpc.reflection.v1alpha
  int socket_mode = 0660;
  std::vector<int64_t> allowed_uids;    // of Unix sockets' peers; empty: any
  UnixListener::Refuse on_refused_uid;  // null: nobody wants to know
  std::shared_ptr<TlsFiles> tls;        // of TCP listeners; null: without transport security
  OnTlsReload on_tls_reload = [](const absl::Status&) {};
  int64_t transport_memory_bytes = 0;  // that gRPC may hold for connections; 0: no bound
};

// The steps of a stop, in their order.
enum class DrainStep {
  kNotServing,  // health checks say so; calls are still answered
  kRefusing,    // new calls are refused
  kWaiting,     // said once a second, while calls are in progress
  kCancelling,  // those that are left are cancelled
  kStopped,     // no connection is left
};
using OnDrainStep = std::function<void(DrainStep step, int calls_in_progress)>;

// A gRPC server with ScheduleService and grpc.health.v1 on its listeners.
class Server {
 public:
  // Binds all listeners or none. A TCP port or a socket that another process
  // listens on is an error, not shared.
  //
  // Returns INVALID_ARGUMENT, naming the address, for one that is not of the
  // two forms; UNAVAILABLE for a TCP address that cannot be bound; for a socket what
  // UnixListener::Bind says.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  ~Server();

  // The addresses bound, in the order asked for, with the real ports.
  const std::vector<std::string>& addresses() const;

  ScheduleService& service();

  // Says NOT_SERVING and goes on for `delay`, so that callers turn away; then refuses
  // new calls and waits up to `timeout` for those in progress, then cancels what is
  // left. Health is answered all the while. Returns when the server has stopped.
  void Stop(
      absl::Duration delay, absl::Duration timeout,
      const OnDrainStep& on_step = [](DrainStep, int) {});

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SERVER_H_
