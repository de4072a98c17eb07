#include "daemon/connections.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/listen_address.h"

namespace pipesched {
namespace {

// How a socket is bound: "unix:PATH", or the port alone; "" if it is no socket.
std::string BoundTo(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "";
  switch (storage.ss_family) {
    case AF_INET: return absl::StrCat(ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port));
    case AF_INET6: return absl::StrCat(ntohs(reinterpret_cast<sockaddr_in6&>(storage).sin6_port));
    case AF_UNIX: return absl::StrCat("unix:", reinterpret_cast<sockaddr_un&>(storage).sun_path);
    default: return "";
  }
}

std::string BoundTo(const std::string& address) {
  return IsUnixAddress(address) ? address : address.substr(address.rfind(':') + 1);
}

bool IsListening(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

}  // namespace

int BreakConnections(const std::vector<std::string>& addresses) {
  std::vector<std::string> bounds;
  for (const std::string& address : addresses) bounds.push_back(BoundTo(address));
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int broken = 0;
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (fd == 0 || IsListening(fd)) continue;
    const std::string bound = BoundTo(fd);
    if (bound.empty() || std::find(bounds.begin(), bounds.end(), bound) == bounds.end()) continue;
    if (shutdown(fd, SHUT_RDWR) == 0) ++broken;
  }
  closedir(folder);
  return broken;
}

ConnectionBreaker::ConnectionBreaker(std::vector<std::string> addresses, absl::Duration grace)
    : thread_([this, addresses = std::move(addresses), grace] {
        std::unique_lock<std::mutex> lock(mutex_);
        while (
            !changed_.wait_for(lock, absl::ToChronoMilliseconds(grace), [this] { return done_; })) {
          BreakConnections(addresses);
        }
      }) {}

ConnectionBreaker::~ConnectionBreaker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace pipesched
