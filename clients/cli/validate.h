#ifndef PIPESCHED_CLIENTS_CLI_VALIDATE_H_
#define PIPESCHED_CLIENTS_CLI_VALIDATE_H_

#include "clients/cli/command_context.h"

namespace pipesched::cli {

// Prints whether a schedule can run, and what is wrong with it; writes the JUnit report.
ExitCode RunValidate(const CommandContext& context);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_VALIDATE_H_
