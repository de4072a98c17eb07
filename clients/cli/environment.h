#ifndef PIPESCHED_CLIENTS_CLI_ENVIRONMENT_H_
#define PIPESCHED_CLIENTS_CLI_ENVIRONMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/settings.h"

namespace pipesched::cli {

// What the PIPESCHED_* variables of this process say about how to reach the server; one
// that is empty counts as not set. Returns INVALID_ARGUMENT with a line for each problem.
absl::StatusOr<Settings> ReadEnvironment();

// A warning for each PIPESCHED_* variable of `environment` ("NAME=VALUE" texts,
// the last one null) that nothing of ours reads. Kubernetes' names for a Service
// called pipesched are not ours, and no typing errors either.
std::vector<std::string> WarnOfUnknownVariables(const char* const* environment);

// Whether to color what goes to the descriptor `fd`, by the value of --color:
// "auto" colors a terminal unless NO_COLOR is set or TERM is "dumb".
bool UseColor(const std::string& when, int fd);

// How many characters a line of the terminal `fd` holds, at least 40 and at most 10,000;
// $COLUMNS or 100 where it is no terminal.
int TerminalColumns(int fd);

// Whether the locale's characters are UTF-8, by LC_ALL, LC_CTYPE and LANG; true where
// none of them is set.
bool LocaleIsUtf8();

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_ENVIRONMENT_H_
