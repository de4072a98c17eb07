#include "clients/cli/report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/text.h"
#include "clients/cli/numbers.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kRed = "\033[1;31m";
constexpr absl::string_view kYellow = "\033[1;33m";
constexpr absl::string_view kPlain = "\033[0m";

// "error: ", in color or not.
std::string Label(absl::string_view kind, bool color) {
  if (!color) return absl::StrCat(kind, ": ");
  return absl::StrCat(kind == "error" ? kRed : kYellow, kind, ":", kPlain, " ");
}

}  // namespace

ExitCode ExitCodeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk: return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kNotFound: return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnimplemented: return ExitCode::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted: return ExitCode::kTryLater;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated: return ExitCode::kNotAllowed;
    default: return ExitCode::kInternal;
  }
}

Failure LocalFailure(ExitCode exit_code, absl::string_view reason, const absl::Status& status) {
  Failure failure;
  failure.exit_code = exit_code;
  failure.code = absl::StatusCodeToString(status.code());
  failure.reason = std::string(reason);
  failure.message = std::string(status.message());
  return failure;
}

Failure CallFailure(const absl::Status& status, const Settings& settings) {
  const client::ErrorDetails details = client::GetErrorDetails(status);
  Failure failure = LocalFailure(ExitCodeOf(status.code()), details.reason, status);
  if (absl::IsDeadlineExceeded(status)) {
    failure.reason = "DEADLINE_EXCEEDED";
    failure.message =
        absl::StrCat("no answer within ",
                     settings.Text(FlagId::kTimeout, absl::StrCat(client::kDefaultTimeoutSeconds)),
                     " s, the value of --timeout");
  }
  failure.violations = ExplainViolations(details.violations, settings);
  failure.metadata = details.metadata;
  failure.retry_delay = details.retry_delay;
  const auto total = details.metadata.find("violations");
  int all = 0;
  if (total != details.metadata.end() && absl::SimpleAtoi(total->second, &all)) {
    failure.num_unlisted = std::max(0, all - static_cast<int>(details.violations.size()));
  }
  return failure;
}

std::string FormatFailure(const Failure& failure, bool color) {
  const std::string label = Label("error", color);
  std::string result;
  for (const UserViolation& violation : failure.violations) {
    absl::StrAppend(&result, label, violation.flag, ": ", violation.description, "\n");
  }
  if (failure.num_unlisted > 0) {
    absl::StrAppend(&result, label, "and ", failure.num_unlisted, " more\n");
  }
  if (!failure.violations.empty()) return result;
  for (const absl::string_view line : absl::StrSplit(failure.message, '\n')) {
    absl::StrAppend(&result, label, line, "\n");
  }
  if (failure.retry_delay) {
    absl::StrAppend(&result, label, "try again in ", absl::FormatDuration(*failure.retry_delay),
                    "\n");
  }
  return result;
}

std::string FormatFailureAsJson(const Failure& failure) {
  const std::string violations =
      absl::StrJoin(failure.violations, ", ", [](std::string* out, const UserViolation& violation) {
        absl::StrAppend(out, "{\"field\": ", JsonQuote(violation.field),
                        ", \"flag\": ", JsonQuote(violation.flag),
                        ", \"description\": ", JsonQuote(violation.description), "}");
      });
  const std::string metadata =
      absl::StrJoin(failure.metadata, ", ", [](std::string* out, const auto& entry) {
        absl::StrAppend(out, JsonQuote(entry.first), ": ", JsonQuote(entry.second));
      });
  const std::string retry_delay =
      failure.retry_delay ? absl::StrCat(", \"retry_delay_seconds\": ",
                                         FormatNumber(absl::ToDoubleSeconds(*failure.retry_delay)))
                          : "";
  return absl::StrCat("{\"error\": {\"code\": ", JsonQuote(failure.code),
                      ", \"reason\": ", JsonQuote(failure.reason),
                      ", \"message\": ", JsonQuote(failure.message), ", \"violations\": [",
                      violations, "], \"metadata\": {", metadata, "}", retry_delay,
                      ", \"exit_code\": ", static_cast<int>(failure.exit_code), "}}\n");
}

std::string FormatRemark(absl::string_view kind, absl::string_view text, bool color) {
  return absl::StrCat(Label(kind, color), text, "\n");
}

}  // namespace pipesched::cli
