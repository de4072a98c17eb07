#ifndef PIPESCHED_CLIENTS_CLI_CONFIG_FILE_H_
#define PIPESCHED_CLIENTS_CLI_CONFIG_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/settings.h"

namespace pipesched::cli {

// Reads a JSON or YAML file ("-": standard input), for example
//
//   num_stages: 4
//   num_batches: 8
//   forward_times: [0.8, 1.0, 1.2, 1.0]
//
// The keys are those of the flag table. A file without any key sets nothing.
//
// Returns NOT_FOUND or PERMISSION_DENIED or the like if the file cannot be read,
// else as ParseConfig.
absl::StatusOr<Settings> ReadConfig(const std::string& path);

// The same of a text; `name` is the file's in messages.
//
// Returns INVALID_ARGUMENT with a line for each problem, "FILE:LINE:COLUMN: ...":
// text that is neither JSON nor YAML, more than one document, an unknown key
// (with the nearest known one), a key that is there twice, a value of the wrong
// type. Numbers in quotes are the wrong type, as is 1.0 for a whole number.
absl::StatusOr<Settings> ParseConfig(absl::string_view text, const std::string& name);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_CONFIG_FILE_H_
