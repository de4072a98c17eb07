#ifndef PIPESCHED_CLIENTS_CLI_CONNECTION_H_
#define PIPESCHED_CLIENTS_CLI_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/settings.h"
#include "pipesched/client/client.h"

namespace pipesched::cli {

// Adds what the environment and the user's profile say about the server and the
// command line does not. Returns INVALID_ARGUMENT for what is wrong with either.
absl::Status AddConnection(Settings& settings);

// A client of the server that the settings name.
//
// Returns INVALID_ARGUMENT for settings that contradict each other, NOT_FOUND for a
// file that cannot be read, UNAVAILABLE if --connect-timeout passed.
absl::StatusOr<std::unique_ptr<client::Client>> ConnectTo(const Settings& settings);

// How calls are made: their timeout, metadata and request id.
client::CallOptions CallOptionsOf(const Settings& settings);

// Whether to tell of the calls that were made: -v or -vv.
bool IsVerbose(const Settings& settings);

// "server = unix:/s (--server), timeout = 3 (PIPESCHED_TIMEOUT)".
std::string DescribeConnection(const Settings& settings);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_CONNECTION_H_
