#ifndef PIPESCHED_CLIENTS_CLI_DOCUMENTS_H_
#define PIPESCHED_CLIENTS_CLI_DOCUMENTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched::cli {

// Documents made from the flag table.
std::string FormatManPage();  // docs/pipesched.1

// A script that completes the commands, flags, choices and file names of pipesched
// in `shell`, one of kShells: what `pipesched completion SHELL` prints and
// deploy/completion holds.
std::string FormatCompletion(absl::string_view shell);

inline constexpr absl::string_view kShells = "bash|zsh|fish";

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_DOCUMENTS_H_
