#ifndef PIPESCHED_CLIENTS_CLI_COMMAND_CONTEXT_H_
#define PIPESCHED_CLIENTS_CLI_COMMAND_CONTEXT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "clients/cli/file_writer.h"
#include "clients/cli/report.h"
#include "clients/cli/settings.h"
#include "pipesched/client/cancellation.h"
#include "pipesched/client/client.h"

namespace pipesched::cli {

// Starts the service inside this process and returns a channel to it.
using StartEmbedded = absl::FunctionRef<absl::StatusOr<std::shared_ptr<grpc::Channel>>()>;

// What a command works with: what the user gave, the service, and where messages
// go.
struct CommandContext {
  Settings settings;
  std::optional<std::string> order;        // text of the order file
  const client::Client* client = nullptr;  // of the service that is asked
  client::CallOptions call_options;        // with a cancellation
  FileWriter* files = nullptr;
  bool json = false;   // messages and data as JSON
  bool color = false;  // messages on standard error
  std::string server;  // its address; empty: embedded

  // Both print the failure and return its exit code.
  ExitCode Fail(const Failure& failure) const;
  ExitCode FailCall(const absl::Status& status) const;

  // Writes data to standard output; prints the failure if that fails.
  ExitCode Print(absl::string_view text) const;

  void Remark(absl::string_view kind, absl::string_view text) const;
};

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_COMMAND_CONTEXT_H_
