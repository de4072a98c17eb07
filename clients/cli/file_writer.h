#ifndef PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_
#define PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_

#include <sys/types.h>

#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pipesched::cli {

// Writes files whole or not at all.
class FileWriter {
 public:
  // Writes into a new file of the same directory, which then takes the name
  // `path`. It has the mode of the file that it replaces, or 0644 less the umask.
  // A link keeps pointing to the file that is written, which need not exist yet.
  // What is no regular file (a device, a pipe) is written in place.
  //
  // Returns an error that names the path and the system's reason; no part of the
  // new file is left then, and an old one is untouched. One thread writes.
  absl::Status Write(const std::string& path, absl::string_view content);

  // Removes what a running Write has made of its file. For another thread that is
  // about to end the program: as long as it holds the lock, Write makes no file.
  std::unique_lock<std::mutex> RemoveUnfinished();

 private:
  int WriteAny(const std::string& path, absl::string_view content);
  int WriteAndRename(const std::string& path, absl::string_view content, const mode_t* old_mode);
  int OpenTemporary(const std::string& path, mode_t mode);
  int RenameTemporary(const std::string& path, int error);

  std::mutex mutex_;
  std::string temporary_;  // under mutex_; empty: there is none
};

// Writes to standard output. OK if its reader has gone (EPIPE): it has what it
// wanted.
absl::Status WriteStdout(absl::string_view text);

// Writes to standard error, as far as that works.
void WriteStderr(absl::string_view text);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_FILE_WRITER_H_
