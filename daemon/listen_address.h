#ifndef PIPESCHED_DAEMON_LISTEN_ADDRESS_H_
#define PIPESCHED_DAEMON_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pipesched {

// Checks an address to listen on: "HOST:PORT" with PORT in [0, 65535], where
// HOST may be "[IPV6]", or "unix:PATH" with PATH of 1 to 107 bytes.
//
// Returns INVALID_ARGUMENT, naming the address and what is allowed.
absl::Status CheckListenAddress(absl::string_view address);

// Checks that a socket can be made at a "unix:" address: nothing is there, or a
// socket that nobody listens on (gRPC would take over a live one silently, and
// its owner could not be reached any more). OK for other addresses.
//
// Returns UNAVAILABLE, naming the path and what is there.
absl::Status CheckSocketIsFree(absl::string_view address);

// The address with its port replaced by `port`.
std::string WithPort(absl::string_view address, int port);

bool IsUnixAddress(absl::string_view address);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_LISTEN_ADDRESS_H_
