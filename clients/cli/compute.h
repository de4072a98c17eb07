#ifndef PIPESCHED_CLIENTS_CLI_COMPUTE_H_
#define PIPESCHED_CLIENTS_CLI_COMPUTE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/command_context.h"
#include "clients/cli/outputs.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {

// The commands that take a pipeline. Files are written before anything is
// printed, and nothing is printed if one cannot be written.

// Prints the numbers of a schedule and writes `output`.
ExitCode RunCompute(const CommandContext& context, const std::optional<Output>& output);

// Writes `output`, a picture, or draws on standard output; prints no numbers.
ExitCode RunRender(const CommandContext& context, const std::optional<Output>& output);

// Writes `output`, no picture, and prints nothing.
ExitCode RunExport(const CommandContext& context, const Output& output);

// The bytes of a file about the request's plan, of which `response` tells.
absl::StatusOr<std::string> MakeContent(const CommandContext& context, OutputFormat format,
                                        const v1::ComputeScheduleResponse& response);

ExitCode WriteOutput(const CommandContext& context, const Output& output,
                     absl::string_view content);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_COMPUTE_H_
