#ifndef PIPESCHED_TESTS_DAEMON_HTTP_GET_H_
#define PIPESCHED_TESTS_DAEMON_HTTP_GET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace pipesched {

struct HttpAnswer {
  int code = 0;  // 0: no answer
  std::string head;
  std::string body;
};

// A connection to "127.0.0.1:PORT"; -1 if there is none.
inline int ConnectTo(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  const size_t colon = address.rfind(':');
  to.sin_port = htons(static_cast<uint16_t>(std::atoi(address.substr(colon + 1).c_str())));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

// Asks an HTTP listener.
inline HttpAnswer HttpGet(const std::string& address, const std::string& path,
                          const std::string& method = "GET") {
  HttpAnswer answer;
  const int fd = ConnectTo(address);
  if (fd < 0) return answer;
  const std::string request = method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  (void)!send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  const size_t end = text.find("\r\n\r\n");
  if (text.rfind("HTTP/1.1 ", 0) != 0 || end == std::string::npos) return answer;
  answer.code = std::atoi(text.c_str() + 9);
  answer.head = text.substr(0, end);
  answer.body = text.substr(end + 4);
  return answer;
}

// A number without labels of an admin listener's /metrics; -1: it has none.
inline double GetMetric(const std::string& admin, const std::string& name) {
  const std::string text = absl::StrCat("\n", HttpGet(admin, "/metrics").body);
  const std::string line = absl::StrCat("\n", name, " ");
  const size_t found = text.find(line);
  return found == std::string::npos ? -1 : std::atof(text.c_str() + found + line.size());
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_HTTP_GET_H_
