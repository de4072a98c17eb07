#include "pipesched/client/connect.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/channel_arguments.h"

namespace pipesched::client {
namespace {

constexpr char kDefaultTarget[] = "127.0.0.1:50551";

std::string ResolveTarget(const std::string& target) {
  if (!target.empty()) return target;
  const char* variable = getenv("PIPESCHED_SERVER");
  return variable != nullptr && *variable != '\0' ? variable : kDefaultTarget;
}

// The content of a file; of no file where the path is empty.
absl::Status ReadFile(const std::string& path, std::string& content) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  if (file.good() || file.eof()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const Tls& tls) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("cert_file and key_file go together, got one of them");
  }
  grpc::SslCredentialsOptions options;
  absl::Status status = ReadFile(tls.ca_file, options.pem_root_certs);
  status.Update(ReadFile(tls.cert_file, options.pem_cert_chain));
  status.Update(ReadFile(tls.key_file, options.pem_private_key));
  if (!status.ok()) return status;
  return grpc::SslCredentials(options);
}

// Waits for the connection where that is wanted.
absl::StatusOr<std::unique_ptr<Client>> ClientOf(const std::shared_ptr<grpc::Channel>& channel,
                                                 const std::string& target,
                                                 const ConnectOptions& options) {
  if (options.connect_timeout < absl::InfiniteDuration() &&
      !channel->WaitForConnected(absl::ToChronoTime(absl::Now() + options.connect_timeout))) {
    return absl::UnavailableError(absl::StrCat(target, ": no connection within ",
                                               absl::FormatDuration(options.connect_timeout)));
  }
  return std::make_unique<Client>(channel, options.token);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Connect(const ConnectOptions& options) {
  const std::string target = ResolveTarget(options.target);
  if (!options.tls) {
    if (options.token && !absl::StartsWith(target, "unix:")) {
      return absl::InvalidArgumentError(absl::StrCat(
          "token: needs tls, or a target unix:/path; got target \"", target, "\" without"));
    }
    return ClientOf(MakeChannel(target), target, options);
  }
  auto credentials = Credentials(*options.tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments = DefaultChannelArguments();
  if (!options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  }
  return ClientOf(grpc::CreateCustomChannel(target, *std::move(credentials), arguments), target,
                  options);
}

}  // namespace pipesched::client
