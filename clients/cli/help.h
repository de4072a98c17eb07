#ifndef PIPESCHED_CLIENTS_CLI_HELP_H_
#define PIPESCHED_CLIENTS_CLI_HELP_H_

#include <string>

#include "clients/cli/flags.h"

namespace pipesched::cli {

// What --help prints: examples, then the command's flags, from the flag table.
std::string FormatHelp(Command command);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_HELP_H_
