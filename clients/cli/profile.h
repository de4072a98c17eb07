#ifndef PIPESCHED_CLIENTS_CLI_PROFILE_H_
#define PIPESCHED_CLIENTS_CLI_PROFILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/settings.h"

namespace pipesched::cli {

// Where the user's profiles are: $XDG_CONFIG_HOME/pipesched/profiles.yaml, by default
// ~/.config/pipesched/profiles.yaml; "" without a home.
std::string ProfilesPath();

// Reads one of the profiles that a JSON or YAML text holds by name: how to reach a
// server, with the keys "server", "timeout", "tls_ca" and so on. "" is the profile
// "default", which there need not be. `file` is the file's name in messages.
//
// Returns INVALID_ARGUMENT with a line for each problem, of all profiles.
absl::StatusOr<Settings> ParseProfile(absl::string_view text, const std::string& file,
                                      const std::string& name);

// The same of the user's file, which there need not be if `name` is "".
absl::StatusOr<Settings> ReadProfile(const std::string& name);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_PROFILE_H_
