#include "clients/cli/command_context.h"

#include "absl/strings/str_cat.h"

namespace pipesched::cli {

ExitCode CommandContext::Fail(const Failure& failure) const {
  WriteStderr(json ? FormatFailureAsJson(failure) : FormatFailure(failure, color));
  return failure.exit_code;
}

ExitCode CommandContext::FailCall(const absl::Status& status) const {
  if (call_options.cancellation->cancelled()) {
    return Fail(
        LocalFailure(ExitCode::kInterrupted, "INTERRUPTED", absl::CancelledError("interrupted")));
  }
  Failure failure = CallFailure(status, settings);
  if (failure.message.empty()) failure.message = failure.code;
  if (!server.empty()) failure.message = absl::StrCat(server, ": ", failure.message);
  return Fail(failure);
}

ExitCode CommandContext::Print(absl::string_view text) const {
  const absl::Status status = WriteStdout(text);
  if (status.ok()) return ExitCode::kOk;
  return Fail(LocalFailure(ExitCode::kCannotWrite, "CANNOT_WRITE", status));
}

void CommandContext::Remark(absl::string_view kind, absl::string_view text) const {
  WriteStderr(FormatRemark(kind, text, color));
}

}  // namespace pipesched::cli
