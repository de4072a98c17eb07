#ifndef PIPESCHED_DAEMON_OBSERVE_ADMIN_SERVER_H_
#define PIPESCHED_DAEMON_OBSERVE_ADMIN_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace pipesched {

// Something that /healthz tells of.
struct HealthCheck {
  std::string name;
  bool ok = true;
  std::string text;  // more about it
};

// An HTTP listener for operators: /metrics (Prometheus), /livez, /readyz, /healthz
// (?verbose: what was checked), /version, and /config. Answers GET and HEAD; 404 for any
// other path.
class AdminServer {
 public:
  // What the pages hold; called on threads of the listener.
  struct Pages {
    std::function<std::string()> metrics;
    std::function<bool()> is_ready;
    std::function<std::vector<HealthCheck>()> checks;
    std::function<std::string()> version;  // JSON
    std::function<std::string()> config;   // YAML
  };

  // Listens on "HOST:PORT" (port 0: any free one). Returns UNAVAILABLE, naming the
  // address, if it cannot be bound.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address,
                                                            Pages pages);

  ~AdminServer();  // Finishes what is being answered.

  // The address with the real port.
  const std::string& address() const;

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OBSERVE_ADMIN_SERVER_H_
