#ifndef PIPESCHED_CLIENTS_CLI_HELP_H_
#define PIPESCHED_CLIENTS_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "clients/cli/flags.h"

namespace pipesched::cli {

// What --help prints: examples, then the command's flags, from the flag table.
std::string FormatHelp(Command command);

// Parts of it: lines of examples; what the program's exit codes mean.
absl::string_view Examples(Command command);
absl::string_view ExitCodes();

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_HELP_H_
