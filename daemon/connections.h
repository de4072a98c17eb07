#ifndef PIPESCHED_DAEMON_CONNECTIONS_H_
#define PIPESCHED_DAEMON_CONNECTIONS_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace pipesched {

// Calls `visit` with each connection of this process that came in over `addresses`
// ("HOST:PORT" with the real port, or "unix:PATH"), whatever state it is in.
void ForEachConnection(const std::vector<std::string>& addresses,
                       absl::FunctionRef<void(int fd)> visit);

// Waits until the peers' kernels have all that was written to them, at most `timeout`: a peer
// may read nothing.
void WaitUntilSent(const std::vector<std::string>& addresses, absl::Duration timeout);

// Breaks all of them. Returns how many.
int BreakConnections(const std::vector<std::string>& addresses);

// Breaks the connection to a peer as gRPC names it: "ipv4:10.0.0.1:50000",
// "ipv6:%5B::1%5D:50000", or "fd:9" for one that it was given.
void BreakConnectionTo(const std::string& peer);

// Breaks them `grace` from now, and again every grace, for as long as this lives.
//
// gRPC 1.51 closes a connection only once what it is writing to it has been taken, and
// so Server::Shutdown waits for ever for a peer that reads nothing.
class ConnectionBreaker {
 public:
  ConnectionBreaker(std::vector<std::string> addresses, absl::Duration grace);
  ~ConnectionBreaker();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONNECTIONS_H_
