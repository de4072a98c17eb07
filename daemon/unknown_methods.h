#ifndef PIPESCHED_DAEMON_UNKNOWN_METHODS_H_
#define PIPESCHED_DAEMON_UNKNOWN_METHODS_H_

#include <grpcpp/generic/async_generic_service.h>

#include "daemon/calls.h"

namespace pipesched {

// Refuses calls of methods that no service has, in the way of all errors.
class UnknownMethods : public grpc::CallbackGenericService {
 public:
  explicit UnknownMethods(Calls& calls) : calls_(calls) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  Calls& calls_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_UNKNOWN_METHODS_H_
