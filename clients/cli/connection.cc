#include "clients/cli/connection.h"

#include <fstream>
#include <iterator>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/text.h"
#include "clients/cli/environment.h"
#include "clients/cli/numbers.h"
#include "clients/cli/profile.h"
#include "pipesched/client/connect.h"

namespace pipesched::cli {
namespace {

constexpr size_t kMaxTokenBytes = 64 << 10;

absl::Duration Seconds(const Settings& settings, FlagId id, absl::Duration fallback) {
  const Setting* const setting = settings.Find(id);
  return setting == nullptr ? fallback : absl::Seconds(*ParseNumber(setting->texts[0]));
}

// The first line of a file, without spaces around it; "" if there is none.
std::string ReadToken(const std::string& path) {
  std::ifstream file(path);
  std::string token(kMaxTokenBytes, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<size_t>(file.gcount()));
  return std::string(absl::StripAsciiWhitespace(token.substr(0, token.find('\n'))));
}

std::string NewRequestId() {
  std::random_device random;
  return absl::StrFormat("%08x%08x", random(), random());
}

}  // namespace

absl::Status AddConnection(Settings& settings) {
  const absl::StatusOr<Settings> environment = ReadEnvironment();
  if (!environment.ok()) return environment.status();
  settings.AddMissing(*environment);
  const absl::StatusOr<Settings> profile = ReadProfile(settings.Text(FlagId::kProfile));
  if (!profile.ok()) return profile.status();
  settings.AddMissing(*profile);
  if (IsVerbose(settings) && settings.Find(FlagId::kRequestId) == nullptr) {
    settings.Set(FlagId::kRequestId, {"made", {NewRequestId()}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<client::Client>> ConnectTo(const Settings& settings) {
  client::ConnectOptions options;
  options.target = settings.Text(FlagId::kServer);
  options.connect_timeout = Seconds(settings, FlagId::kConnectTimeout, absl::InfiniteDuration());
  const client::Tls tls{.ca_file = settings.Text(FlagId::kTlsCa),
                        .cert_file = settings.Text(FlagId::kTlsCert),
                        .key_file = settings.Text(FlagId::kTlsKey),
                        .server_name = settings.Text(FlagId::kTlsServerName)};
  const bool has_tls = settings.IsOn(FlagId::kTls) || !tls.ca_file.empty() ||
                       !tls.cert_file.empty() || !tls.key_file.empty() || !tls.server_name.empty();
  if (has_tls) options.tls = tls;
  const std::string token_file = settings.Text(FlagId::kTokenFile);
  if (!token_file.empty()) {
    if (ReadToken(token_file).empty()) {
      return absl::NotFoundError(absl::StrCat(settings.Origin(FlagId::kTokenFile), ": ",
                                              Quote(token_file), " holds no token"));
    }
    options.token = [token_file] { return ReadToken(token_file); };
  }
  return client::Connect(options);
}

client::CallOptions CallOptionsOf(const Settings& settings) {
  client::CallOptions options;
  options.timeout = Seconds(settings, FlagId::kTimeout, options.timeout);
  if (const Setting* metadata = settings.Find(FlagId::kMetadata)) {
    for (const std::string& pair : metadata->texts) {
      options.metadata.push_back(absl::StrSplit(pair, absl::MaxSplits('=', 1)));
    }
  }
  const std::string request_id = settings.Text(FlagId::kRequestId);
  if (!request_id.empty()) options.metadata.emplace_back("x-request-id", request_id);
  return options;
}

bool IsVerbose(const Settings& settings) {
  return settings.IsOn(FlagId::kVerbose) || settings.IsOn(FlagId::kVeryVerbose);
}

std::string DescribeConnection(const Settings& settings) {
  std::string text;
  for (const Flag& flag : AllFlags()) {
    const Setting* const setting = settings.Find(flag.id);
    if (flag.variable.empty() || setting == nullptr) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", flag.name, " = ", setting->texts[0], " (",
                    setting->origin, ")");
  }
  return text;
}

}  // namespace pipesched::cli
