#include "daemon/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pipesched {
namespace {

constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

// What gRPC would take for more than a host: "unix-abstract:80" is a socket that
// no file permission guards.
bool IsUriScheme(absl::string_view host) {
  for (const absl::string_view scheme : {"unix-abstract", "dns", "ipv4", "ipv6", "vsock", "xds"}) {
    if (host == scheme) return true;
  }
  return false;
}

}  // namespace

bool IsUnixAddress(absl::string_view address) { return absl::StartsWith(address, "unix:"); }

absl::Status CheckListenAddress(absl::string_view address) {
  if (IsUnixAddress(address)) {
    const size_t size = SocketPath(address).size();
    if (1 <= size && size <= kMaxSocketPath) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("listen address ", address, ": a path of ", size,
                                                   " bytes, want 1 to ", kMaxSocketPath));
  }
  const size_t colon = address.rfind(':');
  int port = -1;
  const absl::string_view digits = colon == address.npos ? "" : address.substr(colon + 1);
  const bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
  const bool is_bare_ipv6 = colon != address.npos && address.front() != '[' &&
                            address.substr(0, colon).find(':') != address.npos;
  if (colon == address.npos || colon == 0 || is_bare_ipv6 ||
      IsUriScheme(address.substr(0, colon)) || !is_number || !absl::SimpleAtoi(digits, &port) ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen address \"", address,
                     "\", want HOST:PORT with a port in [0, 65535], or unix:PATH"));
  }
  return absl::OkStatus();
}

std::string SocketPath(absl::string_view address) {
  absl::ConsumePrefix(&address, "unix:");
  return std::string(address);
}

std::string HostOf(absl::string_view address) {
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return std::string(host);
}

bool IsPublicAddress(absl::string_view address) {
  if (IsUnixAddress(address)) return false;
  const std::string host = HostOf(address);
  in_addr ipv4{};
  in6_addr ipv6{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 != 127;
  if (inet_pton(AF_INET6, host.c_str(), &ipv6) == 1) return !IN6_IS_ADDR_LOOPBACK(&ipv6);
  return host != "localhost";
}

std::string ExplainUnbound(const std::string& address) {
  const std::string host = HostOf(address);
  const std::string port = address.substr(address.rfind(':') + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return gai_strerror(error);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;  // as gRPC does: connections that have just ended are no hindrance
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  const bool bound = bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
  std::string why = bound ? "" : std::strerror(errno);
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  return why;
}

std::string WithPort(absl::string_view address, int port) {
  if (IsUnixAddress(address)) return std::string(address);
  return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
}

}  // namespace pipesched
