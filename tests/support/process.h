#ifndef PIPESCHED_TESTS_SUPPORT_PROCESS_H_
#define PIPESCHED_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pipesched {

// How a process is started.
struct ProcessOptions {
  // Added to the environment of the test, of which PIPESCHED_* are left out.
  std::map<std::string, std::string> environment;
  std::string directory;        // to run in; empty: the test's
  std::string input;            // on standard input
  std::string stdout_path;      // opened for standard output; empty: a pipe to the test
  bool stdout_is_gone = false;  // nobody reads the pipe: writing gives EPIPE
  absl::Duration timeout = absl::Seconds(60);  // then it is killed
};

// How a process ended.
struct ProcessResult {
  int exit_code = -1;  // -1: a signal ended it
  bool timed_out = false;
  std::string out;  // standard output
  std::string err;  // standard error
};

// A process that runs beside the test. Killed, if it still runs, when this goes.
class Process {
 public:
  // `argv[0]` is the program's path. Aborts the test program if it cannot start.
  explicit Process(const std::vector<std::string>& argv, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // Does nothing to a process that was waited for.
  void Signal(int signal_number) const;

  // Waits until standard error holds `text`; false if the process ended or the
  // timeout passed before. Returns what standard error holds in `err`.
  bool WaitForStderr(absl::string_view text, std::string* err = nullptr);

  // Waits until standard error holds a whole line with `text`; returns that line, ""
  // if there is none in time.
  std::string WaitForStderrLine(absl::string_view text);

  // Waits until the process ends.
  ProcessResult Wait();

 private:
  // Reads what arrives until `done`, the end of both streams, or the deadline.
  void ReadUntil(absl::FunctionRef<bool()> done);

  pid_t pid_ = -1;  // -1: it ended and was waited for
  int out_ = -1;    // pipes; -1: at their end
  int err_ = -1;
  absl::Time deadline_;
  ProcessResult result_;
};

// Runs a process to its end.
ProcessResult RunProcess(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// A program of this build: $PIPESCHED_BIN_DIR/NAME.
std::string BuiltProgram(absl::string_view name);

// A new terminal, which the caller closes; -1, and a line on standard error, where
// the machine gives none (/dev/pts is not mounted). Aborts then if CI=true.
int OpenTerminal();

// A file of the source tree: $PIPESCHED_SOURCE_DIR/PATH.
std::string SourceFile(absl::string_view path);

// A new folder, which goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

  // PATH/NAME.
  std::string File(absl::string_view name) const;

  // Writes a file and returns its path.
  std::string Write(absl::string_view name, absl::string_view content) const;

  // The content of a file; "" if there is none.
  std::string Read(absl::string_view name) const;

  // The names of all files, sorted.
  std::vector<std::string> List() const;

 private:
  std::string path_;
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_PROCESS_H_
