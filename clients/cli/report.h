#ifndef PIPESCHED_CLIENTS_CLI_REPORT_H_
#define PIPESCHED_CLIENTS_CLI_REPORT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/cli/settings.h"
#include "clients/cli/violations.h"

namespace pipesched::cli {

// What the program exits with.
enum class ExitCode {
  kOk = 0,
  kUsage = 64,        // the command line itself
  kRefused = 65,      // the service refuses the values
  kUnavailable = 69,  // no service, or one that does not know the call
  kInternal = 70,     // the rest
  kCannotWrite = 73,
  kTryLater = 75,  // took too long, or the service has too much to do
  kNotAllowed = 77,
  kConfig = 78,  // the config file
  kInterrupted = 130,
};

// What a call that ended with `code` exits with.
ExitCode ExitCodeOf(absl::StatusCode code);

// Why a command failed.
struct Failure {
  ExitCode exit_code = ExitCode::kInternal;
  std::string code;     // canonical: "INVALID_ARGUMENT"
  std::string reason;   // stable name; empty: not known
  std::string message;  // lines for people, used where there are no violations
  std::vector<UserViolation> violations;
  int num_unlisted = 0;  // violations that the service counts and does not list
  std::map<std::string, std::string> metadata;
  std::optional<absl::Duration> retry_delay;
};

// A failure of this program, with a reason of its own.
Failure LocalFailure(ExitCode exit_code, absl::string_view reason, const absl::Status& status);

// A failed call.
Failure CallFailure(const absl::Status& status, const Settings& settings);

// A line a violation or a line of the message, "error: --num-stages: 0, want ...".
std::string FormatFailure(const Failure& failure, bool color);

// One line: {"error": {"code", "reason", "message", "violations": [{"field",
// "flag", "description"}], "metadata", "exit_code"}}, and "retry_delay_seconds"
// if the service names one.
std::string FormatFailureAsJson(const Failure& failure);

// "note: ..." or "warning: ...", a line.
std::string FormatRemark(absl::string_view kind, absl::string_view text, bool color);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_REPORT_H_
