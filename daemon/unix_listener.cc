#include "daemon/unix_listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

constexpr int kBacklog = 1024;

// How long to wait for a descriptor to become free, in milliseconds.
constexpr int kNoDescriptorWait = 100;

constexpr mode_t kLockMode = 0600;

absl::Status CannotMake(const std::string& path, int error) {
  const bool is_permission = error == EACCES || error == EPERM || error == EROFS;
  return absl::Status(
      is_permission ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kFailedPrecondition,
      absl::StrCat("cannot listen on a Unix socket: cannot make ", path, ": ",
                   std::strerror(error)));
}

sockaddr_un ToSocketAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

// Whether `path` names the file that is open as `fd`.
bool IsSameFile(const std::string& path, int fd) {
  struct stat named;
  struct stat open_file;
  return stat(path.c_str(), &named) == 0 && fstat(fd, &open_file) == 0 &&
         named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino;
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixListener>> UnixListener::Bind(const Options& options) {
  std::unique_ptr<UnixListener> listener(new UnixListener(options));
  absl::Status status = listener->Lock();
  if (status.ok()) status = listener->Listen();
  if (!status.ok()) return status;
  return listener;
}

UnixListener::~UnixListener() {
  if (thread_.joinable()) {
    eventfd_write(stop_, 1);
    thread_.join();
  }
  if (stop_ >= 0) close(stop_);
  if (socket_ >= 0) close(socket_);
  struct stat info;
  if (inode_ != 0 && lstat(options_.path.c_str(), &info) == 0 && info.st_ino == inode_) {
    unlink(options_.path.c_str());
  }
  if (lock_ >= 0) {
    // Still locked: who opened the file before looks again, see Lock.
    unlink(absl::StrCat(options_.path, ".lock").c_str());
    close(lock_);
  }
}

absl::Status UnixListener::Lock() {
  const std::string path = absl::StrCat(options_.path, ".lock");
  while (true) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode);
    if (fd < 0) return CannotMake(path, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      return absl::AbortedError(absl::StrCat("cannot listen on unix:", options_.path,
                                             ": another process holds its lock"));
    }
    // Its last owner may have removed the file between the two.
    if (IsSameFile(path, fd)) {
      lock_ = fd;
      return absl::OkStatus();
    }
    close(fd);
  }
}

absl::Status UnixListener::Listen() {
  struct stat info;
  if (lstat(options_.path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      return absl::AlreadyExistsError(absl::StrCat("cannot listen on unix:", options_.path,
                                                   ": a file that is no socket is there"));
    }
    unlink(options_.path.c_str());
  }
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return CannotMake(options_.path, errno);
  const sockaddr_un address = ToSocketAddress(options_.path);
  // The mask is the process': other threads make no files while the daemon starts.
  const mode_t old_mask = umask(static_cast<mode_t>(0777 & ~options_.mode));
  const int bound = bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  umask(old_mask);
  if (bound != 0) return CannotMake(options_.path, error);
  if (lstat(options_.path.c_str(), &info) == 0) inode_ = info.st_ino;
  stop_ = eventfd(0, EFD_CLOEXEC);
  if (listen(socket_, kBacklog) != 0 || stop_ < 0) return CannotMake(options_.path, errno);
  return absl::OkStatus();
}

void UnixListener::Start(Accept accept, Refuse refuse) {
  accept_ = std::move(accept);
  refuse_ = std::move(refuse);
  thread_ = std::thread([this] { Run(); });
}

void UnixListener::Run() {
  pollfd waits[] = {{stop_, POLLIN, 0}, {socket_, POLLIN, 0}};
  while (true) {
    waits_ ? poll(waits, 1, kNoDescriptorWait) : poll(waits, 2, -1);
    waits_ = false;
    if (waits[0].revents != 0) return;
    AcceptOne();
  }
}

void UnixListener::AcceptOne() {
  const int fd = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    waits_ = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
    return;
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  const auto& uids = options_.allowed_uids;
  if (!known ||
      (!uids.empty() && std::find(uids.begin(), uids.end(), int64_t{peer.uid}) == uids.end())) {
    close(fd);
    refuse_(peer.uid);
    return;
  }
  accept_(fd, peer.uid);
}

}  // namespace pipesched
