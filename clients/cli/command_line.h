#ifndef PIPESCHED_CLIENTS_CLI_COMMAND_LINE_H_
#define PIPESCHED_CLIENTS_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/flags.h"
#include "clients/cli/settings.h"

namespace pipesched::cli {

struct CommandLine {
  Command command = kCompute;
  Settings settings;
};

// Reads the arguments after the program's name. The first one may name a
// command; without one it is compute. "help" before it, or alone, stands for its
// --help, and "--version" for the command version. Flags read as Python's argparse reads
// them: lists are separated by spaces, `-bw=1`, `-s4`, `-f=1`, negative numbers
// are values, the last of repeated flags wins; but the names of a repeated list of names
// add up. No abbreviations.
//
// Returns INVALID_ARGUMENT with a line a problem: an unknown command or flag (with
// the nearest known one), a missing value, one of the wrong type, and a value
// that no flag takes, unless it may be one of an unknown flag.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& args);

// Whether the arguments ask for JSON, as far as one can tell from a command line
// that is wrong.
bool AsksForJson(const std::vector<std::string>& args);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_COMMAND_LINE_H_
