#ifndef PIPESCHED_CLIENT_CONNECT_H_
#define PIPESCHED_CLIENT_CONNECT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pipesched/client/client.h"

namespace pipesched::client {

// Transport security; each value but the last is the path of a PEM file.
struct Tls {
  std::string ca_file = "";    // certificates that the server's must come from; empty: the system's
  std::string cert_file = "";  // what the client shows (mTLS); both or none
  std::string key_file = "";
  std::string server_name = "";  // to expect in the server's certificate; empty: the target's
};

// Where a daemon is and how to talk to it.
struct ConnectOptions {
  // "host:port", "dns:///host:port" or "unix:/path"; empty: PIPESCHED_SERVER of the
  // environment, else where a daemon listens by default, 127.0.0.1:50551.
  std::string target = "";
  std::optional<Tls> tls = std::nullopt;  // none: no transport security
  TokenSource token = nullptr;            // a bearer token; needs tls or a Unix socket
  // How long Connect waits until there is a connection; infinite: not at all.
  absl::Duration connect_timeout = absl::InfiniteDuration();
};

// A client of its own channel, which connects with the first call, or, with a connect
// timeout, now.
//
// Returns INVALID_ARGUMENT for options that contradict each other, NOT_FOUND for a
// file that cannot be read, UNAVAILABLE if the connect timeout passed.
absl::StatusOr<std::unique_ptr<Client>> Connect(const ConnectOptions& options);

}  // namespace pipesched::client

#endif  // PIPESCHED_CLIENT_CONNECT_H_
