#include "clients/cli/run.h"

#include <fcntl.h>
#include <grpc/grpc.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file_reader.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "clients/cli/command_line.h"
#include "clients/cli/completion.h"
#include "clients/cli/compute.h"
#include "clients/cli/config_file.h"
#include "clients/cli/connection.h"
#include "clients/cli/environment.h"
#include "clients/cli/file_writer.h"
#include "clients/cli/help.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/outputs.h"
#include "clients/cli/search.h"
#include "clients/cli/service_info.h"
#include "clients/cli/validate.h"

namespace pipesched::cli {
namespace {

// A descriptor that is closed would be given to a socket, and what is printed
// would go there. Writing to this one fails instead.
void OccupyStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) return;
  }
}

// Adds what the config file gives and the command line does not.
absl::Status AddConfig(Settings& settings) {
  if (settings.Find(FlagId::kConfig) == nullptr) return absl::OkStatus();
  const absl::StatusOr<Settings> config = ReadConfig(settings.Text(FlagId::kConfig));
  if (config.ok()) settings.AddMissing(*config);
  return config.status();
}

// The text of the order file, if one is given. Whether it is an order is for the service
// to say.
absl::StatusOr<std::optional<std::string>> ReadOrder(const Settings& settings) {
  constexpr size_t kMaxOrderBytes = size_t{64} << 20;
  if (settings.Find(FlagId::kOrder) == nullptr) return std::nullopt;
  absl::StatusOr<std::string> text = ReadInput(settings.Text(FlagId::kOrder), kMaxOrderBytes);
  if (!text.ok()) return text.status();
  if (!IsUtf8(*text)) {  // Not to be sent.
    return absl::InvalidArgumentError(absl::StrCat(settings.Origin(FlagId::kOrder), ": ",
                                                   InputName(settings.Text(FlagId::kOrder)),
                                                   ": is binary, want order text or PyTorch CSV"));
  }
  return *std::move(text);
}

absl::StatusOr<std::optional<Output>> ChooseCheckedOutput(const CommandLine& command_line) {
  const bool is_asked_for = command_line.settings.Find(FlagId::kOutput) != nullptr ||
                            command_line.settings.Find(FlagId::kOutputFormat) != nullptr;
  const bool has_output =
      (command_line.command & kMachines) != 0 ? is_asked_for : (command_line.command & kPlans) != 0;
  if (!has_output) return std::nullopt;
  auto output = ChooseOutput(command_line.command, command_line.settings);
  if (output.ok() && *output && (*output)->is_stdout() && IsBinary((*output)->format) &&
      isatty(STDOUT_FILENO) != 0) {
    return absl::InvalidArgumentError(
        "--output: a terminal shows no PNG and no PDF, want a file or a pipe");
  }
  return output;
}

ExitCode FailConnect(const CommandContext& context, const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return context.Fail(LocalFailure(ExitCode::kUsage, "INVALID_COMMAND_LINE", status));
    case absl::StatusCode::kNotFound:
      return context.Fail(LocalFailure(ExitCode::kConfig, "CANNOT_READ", status));
    default: return context.Fail(LocalFailure(ExitCode::kUnavailable, "UNAVAILABLE", status));
  }
}

// Runs the command against the service.
ExitCode RunCommand(const CommandLine& command_line, const std::optional<Output>& output,
                    CommandContext& context, StartEmbedded start_embedded) {
  // Never undone: when the last user of gRPC goes, its shutdown can wait 10 s for
  // the poller of a large write. The end of the process needs no shutdown.
  grpc_init();
  const bool is_embedded = context.server.empty();
  std::unique_ptr<client::Client> embedded;
  if (is_embedded || command_line.command == kVersion) {
    auto channel = start_embedded();
    if (!channel.ok()) {
      return context.Fail(LocalFailure(ExitCode::kInternal, "INTERNAL", channel.status()));
    }
    embedded = std::make_unique<client::Client>(*std::move(channel));
  }
  std::unique_ptr<client::Client> remote;
  if (!is_embedded) {
    auto connected = ConnectTo(context.settings);
    if (!connected.ok()) return FailConnect(context, connected.status());
    remote = *std::move(connected);
  }
  context.client = is_embedded ? embedded.get() : remote.get();
  switch (command_line.command) {
    case kCompute: return RunCompute(context, output);
    case kRender: return RunRender(context, output);
    case kValidate: return RunValidate(context);
    case kExport: return RunExport(context, *output);
    case kCompareKinds: return RunCompareKinds(context, output);
    case kSearch: return RunSearch(context, output);
    case kSchedules: return RunSchedules(context);
    case kHealth: return RunHealth(context);
    case kVersion: return RunVersion(context, *embedded);
    case kCompletion: break;  // Is done before.
  }
  return ExitCode::kInternal;
}

ExitCode RealRun(const std::vector<std::string>& args, StartEmbedded start_embedded) {
  client::Cancellation cancellation;
  FileWriter files;
  CommandContext context;
  context.call_options.cancellation = &cancellation;
  context.files = &files;
  context.json = AsksForJson(args);
  context.color = UseColor("auto", STDERR_FILENO);

  absl::StatusOr<CommandLine> command_line = ParseCommandLine(args);
  if (!command_line.ok()) {
    return context.Fail(
        LocalFailure(ExitCode::kUsage, "INVALID_COMMAND_LINE", command_line.status()));
  }
  Settings& settings = command_line->settings;
  if (settings.IsOn(FlagId::kHelp)) return context.Print(FormatHelp(command_line->command));
  if (command_line->command == kCompletion) {
    return context.Print(FormatCompletion(settings.Text(FlagId::kShell)));
  }
  context.color = UseColor(settings.Text(FlagId::kColor, "auto"), STDERR_FILENO);
  for (const std::string& warning : WarnOfUnknownVariables(environ)) {
    context.Remark("warning", warning);
  }
  const absl::Status config = AddConfig(settings);
  if (!config.ok()) {
    return context.Fail(LocalFailure(ExitCode::kConfig, "INVALID_CONFIG", config));
  }
  context.json = settings.Text(FlagId::kFormat) == "json";
  const absl::Status connection = AddConnection(settings);
  if (!connection.ok()) {
    return context.Fail(LocalFailure(ExitCode::kConfig, "INVALID_CONFIG", connection));
  }
  const absl::StatusOr<std::optional<Output>> output = ChooseCheckedOutput(*command_line);
  if (!output.ok()) {
    return context.Fail(LocalFailure(ExitCode::kUsage, "INVALID_COMMAND_LINE", output.status()));
  }
  absl::StatusOr<std::optional<std::string>> order = ReadOrder(settings);
  if (!order.ok()) {
    return context.Fail(LocalFailure(ExitCode::kRefused, "CANNOT_READ", order.status()));
  }
  context.order = *std::move(order);
  context.settings = settings;
  context.server = settings.Text(FlagId::kServer);
  context.call_options = CallOptionsOf(settings);
  context.call_options.cancellation = &cancellation;
  if (settings.IsOn(FlagId::kVeryVerbose)) context.Remark("note", DescribeConnection(settings));
  const InterruptHandler interrupts(&cancellation, &files);
  const Stopwatch stopwatch;
  const ExitCode code = RunCommand(*command_line, *output, context, start_embedded);
  if (IsVerbose(settings)) {
    context.Remark(
        "note",
        absl::StrCat(
            "asked ", context.server.empty() ? "the service inside this program" : context.server,
            ", request id ", settings.Text(FlagId::kRequestId), ": ",
            absl::FormatDuration(absl::Trunc(stopwatch.Elapsed(), absl::Microseconds(100)))));
  }
  return code;
}

}  // namespace

int Run(const std::vector<std::string>& args, StartEmbedded start_embedded) {
  OccupyStandardDescriptors();
  signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(RealRun(args, start_embedded));
}

}  // namespace pipesched::cli
