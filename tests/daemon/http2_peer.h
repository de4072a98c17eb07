#ifndef PIPESCHED_TESTS_DAEMON_HTTP2_PEER_H_
#define PIPESCHED_TESTS_DAEMON_HTTP2_PEER_H_

// A peer that speaks HTTP/2 frame by frame, well or badly.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/daemon/http_get.h"

namespace pipesched {

inline constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kContinuation = 9
};
inline constexpr uint8_t kEndStream = 1;
inline constexpr uint8_t kEndHeaders = 4;

inline std::string Frame(FrameType type, uint8_t flags, uint32_t stream,
                         const std::string& payload) {
  const auto size = static_cast<uint32_t>(payload.size());
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(size >> shift & 0xff);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift & 0xff);
  return frame + payload;
}

// A header field, literal and never indexed; texts below 127 bytes.
inline std::string Field(absl::string_view name, absl::string_view value) {
  std::string field(1, '\x10');
  for (const absl::string_view text : {name, value}) {
    field += static_cast<char>(text.size());
    field.append(text.data(), text.size());
  }
  return field;
}

inline std::string CallHeaders(absl::string_view method = "GetServerInfo") {
  return Field(":method", "POST") + Field(":scheme", "http") +
         Field(":path", absl::StrCat("/pipesched.v1.ScheduleService/", method)) +
         Field(":authority", "x") + Field("content-type", "application/grpc") +
         Field("te", "trailers");
}

// A peer that says what it likes.
class Peer {
 public:
  explicit Peer(const std::string& address) : fd_(ConnectTo(address)) {}
  ~Peer() {
    if (fd_ >= 0) close(fd_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // False if the daemon has hung up or takes no more.
  bool Say(const std::string& bytes) const {
    const timeval timeout{2, 0};
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // Reads and drops what has arrived.
  void Listen() const {
    char buffer[1 << 16];
    while (recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
    }
  }

 private:
  const int fd_;
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_HTTP2_PEER_H_
