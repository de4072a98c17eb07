#ifndef PIPESCHED_DAEMON_UNIX_LISTENER_H_
#define PIPESCHED_DAEMON_UNIX_LISTENER_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace pipesched {

// A Unix socket that one process has to itself. gRPC 1.51 takes over the socket of
// a living process silently and does not tell who connects, so we listen and accept
// ourselves and give it the connections.
//
// The process that holds the lock of PATH.lock owns the socket. One that is left
// over from a process that was killed is replaced.
class UnixListener {
 public:
  struct Options {
    std::string path;
    int mode = 0660;                    // permissions of the socket
    std::vector<int64_t> allowed_uids;  // of peers; empty: the permissions decide
  };

  // Takes over a connected, non-blocking descriptor.
  using Accept = std::function<void(int fd, uid_t uid)>;
  using Refuse = std::function<void(uid_t uid)>;

  // Locks, binds and listens; connections wait until Start.
  //
  // Returns ABORTED if another process holds the lock, ALREADY_EXISTS if a file that
  // is no socket is there, PERMISSION_DENIED or FAILED_PRECONDITION if the socket or
  // the lock cannot be made. Messages name the path.
  static absl::StatusOr<std::unique_ptr<UnixListener>> Bind(const Options& options);

  // Stops accepting; removes the socket if it is still this one, and the lock.
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  // Accepts connections on a thread of its own from now on.
  void Start(Accept accept, Refuse refuse);

  const std::string& path() const { return options_.path; }

 private:
  explicit UnixListener(const Options& options) : options_(options) {}

  absl::Status Lock();
  absl::Status Listen();
  void Run();
  void AcceptOne();

  const Options options_;
  Accept accept_;
  Refuse refuse_;
  int lock_ = -1;
  int socket_ = -1;
  int stop_ = -1;       // an eventfd: readable when the thread is to end
  ino_t inode_ = 0;     // of the socket
  bool waits_ = false;  // no descriptor was left for a connection
  std::thread thread_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_UNIX_LISTENER_H_
