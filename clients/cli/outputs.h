#ifndef PIPESCHED_CLIENTS_CLI_OUTPUTS_H_
#define PIPESCHED_CLIENTS_CLI_OUTPUTS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/settings.h"

namespace pipesched::cli {

enum class OutputFormat {
  kPng,  // pictures
  kSvg,
  kPdf,
  kHtml,
  kText,       // a drawing of characters
  kJson,       // the response of ComputeSchedule
  kOrder,      // order text
  kCsv,        // PyTorch CSV
  kTrace,      // Chrome trace events
  kMegatron,   // order list
  kDeepSpeed,  // instructions
};

// Whether a terminal would show the bytes as noise.
constexpr bool IsBinary(OutputFormat format) {
  return format == OutputFormat::kPng || format == OutputFormat::kPdf;
}

// A file that a command writes.
struct Output {
  OutputFormat format;
  std::string path;  // "-": standard output

  bool is_stdout() const { return path == "-"; }
};

// What to write, by --output, --output-format, --no-visualization, --draw and
// --format; nothing if there is nothing to write. render writes pictures only,
// compare pictures and JSON.
//
// Returns INVALID_ARGUMENT for an ending that is no format (naming those that
// are), one that --output-format contradicts, and "-" without --output-format or
// for a picture that is left out.
absl::StatusOr<std::optional<Output>> ChooseOutput(Command command, const Settings& settings);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_OUTPUTS_H_
