#ifndef PIPESCHED_DAEMON_EMBEDDED_H_
#define PIPESCHED_DAEMON_EMBEDDED_H_

#include <memory>

#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace pipesched {

// The whole service inside this process, reached through an in-process channel:
// no port, the same code and so the same bytes as pipeschedd.
class EmbeddedService {
 public:
  // Returns INTERNAL if gRPC cannot start.
  static absl::StatusOr<std::unique_ptr<EmbeddedService>> Start();

  // Cancels calls in progress and stops.
  ~EmbeddedService();

  // Valid while this lives.
  std::shared_ptr<grpc::Channel> channel() const;

 private:
  class Impl;
  explicit EmbeddedService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_EMBEDDED_H_
