#include "daemon/listen_address.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pipesched {
namespace {

constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

absl::string_view SocketPath(absl::string_view address) {
  absl::ConsumePrefix(&address, "unix:");
  return address;
}

// What gRPC would take for more than a host: "unix-abstract:80" is a socket that
// no file permission guards.
bool IsUriScheme(absl::string_view host) {
  for (const absl::string_view scheme : {"unix-abstract", "dns", "ipv4", "ipv6", "vsock", "xds"}) {
    if (host == scheme) return true;
  }
  return false;
}

absl::Status CannotListen(absl::string_view address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", why));
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

absl::Status CheckSocketIsFree(absl::string_view address) {
  if (!IsUnixAddress(address)) return absl::OkStatus();
  const std::string path(SocketPath(address));
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return CannotListen(address, "a file that is not a socket is there");
  }
  sockaddr_un peer{};
  peer.sun_family = AF_UNIX;
  std::memcpy(peer.sun_path, path.c_str(), path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool in_use = connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
  close(fd);
  return in_use ? CannotListen(address, "another process listens there") : absl::OkStatus();
}

std::string WithPort(absl::string_view address, int port) {
  if (IsUnixAddress(address)) return std::string(address);
  return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
}

}  // namespace pipesched
