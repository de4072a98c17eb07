#include "daemon/connections.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/stopwatch.h"
#include "daemon/listen_address.h"

namespace pipesched {
namespace {

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(5);

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

// Who is at the other end, as gRPC names it; "" if nobody is.
std::string PeerOf(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "";
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<sockaddr_in&>(storage);
    inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof text);
    return absl::StrCat("ipv4:", text, ":", ntohs(ipv4.sin_port));
  }
  if (storage.ss_family != AF_INET6) return "";
  const auto& ipv6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
    inet_ntop(AF_INET, &ipv6.sin6_addr.s6_addr[12], text, sizeof text);
    return absl::StrCat("ipv4:", text, ":", ntohs(ipv6.sin6_port));
  }
  inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof text);
  return absl::StrCat("ipv6:%5B", text, "%5D:", ntohs(ipv6.sin6_port));
}

// Calls `visit` with each descriptor of this process.
void ForEachDescriptor(absl::FunctionRef<void(int fd)> visit) {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder)) {
    int fd = -1;
    if (absl::SimpleAtoi(entry->d_name, &fd)) visit(fd);
  }
  closedir(folder);
}

bool IsListening(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

}  // namespace

void ForEachConnection(const std::vector<std::string>& addresses,
                       absl::FunctionRef<void(int fd)> visit) {
  std::vector<std::string> bounds;
  bounds.reserve(addresses.size());
  for (const std::string& address : addresses) bounds.push_back(BoundTo(address));
  ForEachDescriptor([&](int fd) {
    const std::string bound = BoundTo(fd);
    if (bound.empty() || std::find(bounds.begin(), bounds.end(), bound) == bounds.end()) return;
    if (!IsListening(fd)) visit(fd);
  });
}

void WaitUntilSent(const std::vector<std::string>& addresses, absl::Duration timeout) {
  const Stopwatch stopwatch;
  while (stopwatch.Elapsed() < timeout) {
    bool all_sent = true;
    ForEachConnection(addresses, [&](int fd) {
      int unsent = 0;
      if (ioctl(fd, SIOCOUTQ, &unsent) == 0 && unsent > 0) all_sent = false;
    });
    if (all_sent) return;
    absl::SleepFor(kBetweenLooks);
  }
}

int BreakConnections(const std::vector<std::string>& addresses) {
  int broken = 0;
  ForEachConnection(addresses, [&](int fd) {
    if (shutdown(fd, SHUT_RDWR) == 0) ++broken;
  });
  return broken;
}

void BreakConnectionTo(const std::string& peer) {
  absl::string_view number = peer;
  int fd = -1;
  if (absl::ConsumePrefix(&number, "fd:") && absl::SimpleAtoi(number, &fd)) {
    shutdown(fd, SHUT_RDWR);
    return;
  }
  ForEachDescriptor([&](int other) {
    if (PeerOf(other) == peer) shutdown(other, SHUT_RDWR);
  });
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
