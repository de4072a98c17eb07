#ifndef PIPESCHED_CLIENTS_CLI_HELP_H_
#define PIPESCHED_CLIENTS_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "clients/cli/flags.h"

namespace pipesched::cli {

struct ExitCodeInfo {
  int code;
  absl::string_view meaning;
};
absl::Span<const ExitCodeInfo> AllExitCodes();

// Command lines that show what the command does, a line each.
absl::string_view Examples(Command command);

// "-s, --num-stages N".
std::string NamesAndValue(const Flag& flag);

// What --help prints: examples, then the command's flags, from the flag table.
std::string FormatHelp(Command command);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_HELP_H_
