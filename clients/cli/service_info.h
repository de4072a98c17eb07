#ifndef PIPESCHED_CLIENTS_CLI_SERVICE_INFO_H_
#define PIPESCHED_CLIENTS_CLI_SERVICE_INFO_H_

#include "clients/cli/command_context.h"

namespace pipesched::cli {

// The commands that ask about the service.

// Prints the kinds of schedule.
ExitCode RunSchedules(const CommandContext& context);

// Prints what grpc.health.v1 says of --service; only "SERVING" is a success.
ExitCode RunHealth(const CommandContext& context);

// Prints the versions of this program, which are those of its embedded service,
// and of the service that it talks to.
ExitCode RunVersion(const CommandContext& context, const client::Client& embedded);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_SERVICE_INFO_H_
