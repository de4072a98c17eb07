#ifndef PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_
#define PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pipesched::cli {

// Writes a file whole or not at all: into a new file of the same directory, mode
// 0644 less the umask, which then takes the name `path`. A link keeps pointing to
// the file that is written. What is no regular file (a device, a pipe) is written
// in place.
//
// Returns an error that names the path and the system's reason; no part of the
// new file is left then, and an old one is untouched.
absl::Status WriteFile(const std::string& path, absl::string_view content);

// Writes to standard output. OK if its reader has gone (EPIPE): it has what it
// wanted.
absl::Status WriteStdout(absl::string_view text);

// Writes to standard error, as far as that works.
void WriteStderr(absl::string_view text);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_
