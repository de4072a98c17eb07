#include "clients/cli/compute.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/file_writer.h"
#include "clients/cli/json.h"
#include "clients/cli/picture.h"
#include "clients/cli/request.h"
#include "clients/cli/summary.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {
namespace {

template <typename Request>
Request MakeRequest(const CommandContext& context) {
  Request request;
  *request.mutable_pipeline() = BuildPipeline(context.settings);
  *request.mutable_schedule() = BuildSchedule(context.settings, context.order);
  return request;
}

// The timeline is asked for only where it is written.
bool WantsTimeline(const CommandContext& context, bool json_file) {
  const std::string view = context.settings.Text(FlagId::kView, json_file ? "full" : "summary");
  return view == "full" && (json_file || context.json);
}

// The view FULL, streamed: a timeline may be larger than one response may be.
absl::StatusOr<v1::ComputeScheduleResponse> ComputeTimeline(const CommandContext& context) {
  v1::StreamScheduleResponse whole;
  const absl::Status status = context.client->StreamSchedule(
      MakeRequest<v1::StreamScheduleRequest>(context),
      [&](const v1::StreamScheduleResponse& part) { whole.MergeFrom(part); }, context.call_options);
  if (!status.ok()) return status;
  v1::ComputeScheduleResponse response;
  response.set_digest(whole.digest());
  response.set_order_digest(whole.order_digest());
  response.mutable_metrics()->Swap(whole.mutable_metrics());
  response.mutable_timeline()->Swap(whole.mutable_timeline());
  response.mutable_notes()->Swap(whole.mutable_notes());
  response.mutable_shape()->Swap(whole.mutable_shape());
  return response;
}

// CSV has SEND and RECV where the user asks for them, or gives a file that has them.
bool WantsTransfers(const CommandContext& context) {
  const Settings& settings = context.settings;
  return settings.IsOn(FlagId::kWithComms) || settings.IsOn(FlagId::kRepair) ||
         settings.Find(FlagId::kLowering) != nullptr ||
         (context.order && IsCsvOrder(settings) && absl::StrContains(*context.order, "SEND_"));
}

v1::ExportFormat ExportFormatOf(const CommandContext& context, OutputFormat format) {
  switch (format) {
    case OutputFormat::kOrder: return v1::EXPORT_FORMAT_ORDER;
    case OutputFormat::kCsv:
      return WantsTransfers(context) ? v1::EXPORT_FORMAT_PYTORCH_CSV_COMMS
                                     : v1::EXPORT_FORMAT_PYTORCH_CSV;
    case OutputFormat::kTrace: return v1::EXPORT_FORMAT_CHROME_TRACE;
    case OutputFormat::kMegatron: return v1::EXPORT_FORMAT_MEGATRON_ORDER;
    case OutputFormat::kDeepSpeed: return v1::EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS;
    default: break;
  }
  return v1::EXPORT_FORMAT_UNSPECIFIED;
}

absl::StatusOr<std::string> Export(const CommandContext& context, OutputFormat format) {
  auto request = MakeRequest<v1::ExportScheduleRequest>(context);
  request.set_format(ExportFormatOf(context, format));
  *request.mutable_options() = BuildExportOptions(context.settings);
  auto response = context.client->ExportSchedule(request, context.call_options);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_content());
}

}  // namespace

absl::StatusOr<std::string> MakeContent(const CommandContext& context, OutputFormat format,
                                        const v1::ComputeScheduleResponse& response) {
  switch (format) {
    case OutputFormat::kJson: return ToJson(response);
    case OutputFormat::kOrder:
    case OutputFormat::kCsv:
    case OutputFormat::kTrace:
    case OutputFormat::kMegatron:
    case OutputFormat::kDeepSpeed: return Export(context, format);
    default: break;
  }
  auto picture = Draw(context, format);
  if (!picture.ok()) return picture.status();
  return std::move(*picture->mutable_content());
}

ExitCode WriteOutput(const CommandContext& context, const Output& output,
                     absl::string_view content) {
  if (output.is_stdout()) return context.Print(content);
  const absl::Status status = context.files->Write(output.path, content);
  if (!status.ok()) {
    return context.Fail(LocalFailure(ExitCode::kCannotWrite, "CANNOT_WRITE", status));
  }
  WriteStderr(absl::StrCat("wrote ", output.path, "\n"));
  return ExitCode::kOk;
}

namespace {

using Notes = google::protobuf::RepeatedPtrField<v1::Note>;

void PrintNotes(const CommandContext& context, const Notes& notes) {
  for (const v1::Note& note : notes) context.Remark("note", note.message());
}

// What --fail-over-memory makes of the notes.
ExitCode CheckMemory(const CommandContext& context, const Notes& notes) {
  if (!context.settings.IsOn(FlagId::kFailOverMemory)) return ExitCode::kOk;
  const auto ranks = std::count_if(notes.begin(), notes.end(), [](const v1::Note& note) {
    return note.code() == "MEMORY_LIMIT_EXCEEDED";
  });
  if (ranks == 0) return ExitCode::kOk;
  return context.Fail(LocalFailure(
      ExitCode::kRefused, "MEMORY_LIMIT_EXCEEDED",
      absl::FailedPreconditionError(absl::StrCat(
          context.settings.Origin(FlagId::kFailOverMemory), ": ", ranks,
          ranks == 1 ? " rank holds more than its limit" : " ranks hold more than their limits"))));
}

}  // namespace

ExitCode RunCompute(const CommandContext& context, const std::optional<Output>& output) {
  const bool json_file = output && output->format == OutputFormat::kJson;
  const auto request = MakeRequest<v1::ComputeScheduleRequest>(context);
  auto response = WantsTimeline(context, json_file)
                      ? ComputeTimeline(context)
                      : context.client->ComputeSchedule(request, context.call_options);
  if (!response.ok()) return context.FailCall(response.status());
  if (output) {
    const absl::StatusOr<std::string> content = MakeContent(context, output->format, *response);
    if (!content.ok()) return context.FailCall(content.status());
    const ExitCode code = WriteOutput(context, *output, *content);
    if (code != ExitCode::kOk) return code;
  }
  PrintNotes(context, response->notes());
  // The timeline was asked for the file.
  if (context.settings.Find(FlagId::kView) == nullptr) response->clear_timeline();
  std::string text = context.json ? ToJson(*response) : FormatSummary(*response, context.settings);
  const bool to_stderr = output && output->is_stdout();
  if (context.settings.IsOn(FlagId::kDraw)) {
    const auto drawing = DrawForTerminal(context, to_stderr ? STDERR_FILENO : STDOUT_FILENO);
    if (!drawing.ok()) return context.FailCall(drawing.status());
    text = absl::StrCat(drawing->content(), "\n", text);
  }
  if (to_stderr) {
    WriteStderr(text);
  } else {
    const ExitCode printed = context.Print(text);
    if (printed != ExitCode::kOk) return printed;
  }
  return CheckMemory(context, response->notes());
}

ExitCode RunRender(const CommandContext& context, const std::optional<Output>& output) {
  Notes notes;
  if (output) {
    const auto picture = Draw(context, output->format);
    if (!picture.ok()) return context.FailCall(picture.status());
    const ExitCode written = WriteOutput(context, *output, picture->content());
    if (written != ExitCode::kOk) return written;
    notes = picture->notes();
  }
  if (context.settings.IsOn(FlagId::kDraw)) {
    const bool to_stderr = output && output->is_stdout();
    const auto drawing = DrawForTerminal(context, to_stderr ? STDERR_FILENO : STDOUT_FILENO);
    if (!drawing.ok()) return context.FailCall(drawing.status());
    notes = drawing->notes();
    if (to_stderr) {
      WriteStderr(drawing->content());
    } else {
      const ExitCode printed = context.Print(drawing->content());
      if (printed != ExitCode::kOk) return printed;
    }
  }
  PrintNotes(context, notes);
  return CheckMemory(context, notes);
}

ExitCode RunExport(const CommandContext& context, const Output& output) {
  v1::ComputeScheduleResponse response;
  if (output.format == OutputFormat::kJson) {
    auto timeline = ComputeTimeline(context);
    if (!timeline.ok()) return context.FailCall(timeline.status());
    response = *std::move(timeline);
  }
  const absl::StatusOr<std::string> content = MakeContent(context, output.format, response);
  if (!content.ok()) return context.FailCall(content.status());
  return WriteOutput(context, output, *content);
}

}  // namespace pipesched::cli
