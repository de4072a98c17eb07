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

bool IsUnixAddress(absl::string_view address);

// PATH of "unix:PATH".
std::string SocketPath(absl::string_view address);

// HOST of "HOST:PORT", without brackets.
std::string HostOf(absl::string_view address);

// Whether others than processes of this machine may reach the address: all but Unix
// sockets, 127.0.0.0/8, ::1 and localhost. Another name counts as public, whatever
// it stands for today.
bool IsPublicAddress(absl::string_view address);

// Why this process cannot listen on "HOST:PORT", in the system's words; "" if it can.
std::string ExplainUnbound(const std::string& address);

// The address with its port replaced by `port`.
std::string WithPort(absl::string_view address, int port);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_LISTEN_ADDRESS_H_
