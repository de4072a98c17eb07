#ifndef PIPESCHED_CLIENTS_CLI_RUN_H_
#define PIPESCHED_CLIENTS_CLI_RUN_H_

#include <string>
#include <vector>

#include "clients/cli/command_context.h"

namespace pipesched::cli {

// The whole program: runs the command that `args` (without the program's name)
// ask for and returns its exit code. `start_embedded` is called at most once,
// and not if a daemon is to answer; its channel must stay valid until Run
// returns.
int Run(const std::vector<std::string>& args, StartEmbedded start_embedded);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_RUN_H_
