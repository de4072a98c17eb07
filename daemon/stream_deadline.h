#ifndef PIPESCHED_DAEMON_STREAM_DEADLINE_H_
#define PIPESCHED_DAEMON_STREAM_DEADLINE_H_

#include <functional>
#include <memory>
#include <string>

#include "daemon/call.h"

namespace grpc {
class CallbackServerContext;
}

namespace pipesched {

// Ends a stream whose reader has stopped reading, which holds its plan. A write that
// waits for the reader can only be cancelled; and where the connection itself takes
// nothing, gRPC 1.51 waits all the same, and it is broken a second later.
class StreamDeadline {
 public:
  // `break_connection`, if any, ends the connection of a peer; any thread calls it.
  StreamDeadline(grpc::CallbackServerContext* context, const Call& call,
                 std::function<void(const std::string& peer)> break_connection);
  ~StreamDeadline();

 private:
  struct Alarms;

  std::unique_ptr<Alarms> alarms_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_STREAM_DEADLINE_H_
