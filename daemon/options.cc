#include "daemon/options.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file_reader.h"
#include "daemon/listen_address.h"
#include "daemon/resources.h"
#include "daemon/security/authorizer.h"

namespace pipesched {
namespace {

// Of the memory that there is, for all of the process.
constexpr int64_t kMemoryPercent = 80;

// What else the process needs, in bytes: code, threads, connections.
constexpr int64_t kBaseMemory = int64_t{32} << 20;

void RequireTogether(const Settings& settings, FlagId has, FlagId needs,
                     std::vector<std::string>& problems) {
  if (settings.Find(has) == nullptr || settings.Find(needs) != nullptr) return;
  problems.push_back(
      absl::StrCat(settings.Origin(has), ": needs ", LongName(GetFlag(needs)), ", too"));
}

// What cannot be reached from elsewhere without TLS.
std::vector<std::string> InsecurePublicAddresses(const Settings& settings) {
  std::vector<std::string> addresses;
  if (settings.Find(FlagId::kTlsCert) != nullptr) return addresses;
  for (const std::string& address : settings.Texts(FlagId::kListen)) {
    if (IsPublicAddress(address)) addresses.push_back(address);
  }
  return addresses;
}

// Port 0 stands for another port each time.
bool IsAnyPort(absl::string_view address) {
  return !IsUnixAddress(address) && absl::EndsWith(address, ":0");
}

void CheckListeners(const Settings& settings, std::vector<std::string>& problems) {
  if (!settings.IsOn(FlagId::kInsecureAllowPublicBind)) {
    for (const std::string& address : InsecurePublicAddresses(settings)) {
      problems.push_back(
          absl::StrCat(settings.Origin(FlagId::kListen), ": ", address,
                       " is no loopback address: give --tls-cert and --tls-key, or "
                       "--insecure-allow-public-bind if whoever can reach it may use the service"));
    }
  }
  const std::vector<std::string> listen = settings.Texts(FlagId::kListen);
  std::set<std::string> seen;
  for (const std::string& address : listen) {
    if (IsAnyPort(address) || seen.insert(address).second) continue;
    problems.push_back(
        absl::StrCat(settings.Origin(FlagId::kListen), ": ", address, " is there twice"));
  }
  const std::string admin = settings.Text(FlagId::kAdminListen);
  if (!IsAnyPort(admin) && seen.count(admin) > 0) {
    problems.push_back(absl::StrCat(settings.Origin(FlagId::kAdminListen), ": ", admin,
                                    " is an address of --listen, too, want another one"));
  }
  if (settings.Find(FlagId::kAllowUid) != nullptr &&
      std::none_of(listen.begin(), listen.end(), IsUnixAddress)) {
    problems.push_back(
        absl::StrCat(settings.Origin(FlagId::kAllowUid), ": needs a unix: address in --listen"));
  }
}

void AddIfUnreadable(const Settings& settings, FlagId id, std::vector<std::string>& problems) {
  constexpr size_t kMaxBytes = 1 << 20;
  if (settings.Find(id) == nullptr) return;
  const absl::StatusOr<std::string> text = ReadInput(settings.Text(id), kMaxBytes);
  if (!text.ok())
    problems.push_back(absl::StrCat(settings.Origin(id), ": ", text.status().message()));
}

void OpenTls(const Settings& settings, DaemonOptions& options, std::vector<std::string>& problems) {
  RequireTogether(settings, FlagId::kTlsCert, FlagId::kTlsKey, problems);
  RequireTogether(settings, FlagId::kTlsKey, FlagId::kTlsCert, problems);
  RequireTogether(settings, FlagId::kTlsClientCa, FlagId::kTlsCert, problems);
  RequireTogether(settings, FlagId::kTlsCrlDir, FlagId::kTlsClientCa, problems);
  RequireTogether(settings, FlagId::kAllowSan, FlagId::kTlsClientCa, problems);
  if (settings.Find(FlagId::kTlsCert) == nullptr || settings.Find(FlagId::kTlsKey) == nullptr) {
    return;
  }
  const size_t problems_before = problems.size();
  for (const FlagId id : {FlagId::kTlsCert, FlagId::kTlsKey, FlagId::kTlsClientCa}) {
    AddIfUnreadable(settings, id, problems);
  }
  if (problems.size() > problems_before) return;
  auto tls =
      TlsFiles::Open({settings.Text(FlagId::kTlsCert), settings.Text(FlagId::kTlsKey),
                      settings.Text(FlagId::kTlsClientCa), settings.Text(FlagId::kTlsCrlDir)});
  if (tls.ok()) {
    options.tls = *std::move(tls);
  } else {
    problems.push_back(absl::StrCat("TLS files: ", tls.status().message()));
  }
}

void OpenTokens(const Settings& settings, DaemonOptions& options,
                std::vector<std::string>& problems) {
  if (settings.Find(FlagId::kTokenFile) == nullptr) return;
  auto tokens = TokenFile::Open(settings.Text(FlagId::kTokenFile));
  if (tokens.ok()) {
    options.tokens = *std::move(tokens);
  } else {
    problems.push_back(
        absl::StrCat(settings.Origin(FlagId::kTokenFile), ": ", tokens.status().message()));
  }
}

int64_t MaxMemory(const Settings& settings) {
  const std::string text = settings.Text(FlagId::kMaxMemory);
  return text == "auto" ? AvailableMemory() / 100 * kMemoryPercent : ParseBytes(text).value_or(0);
}

AccessLog ToAccessLog(absl::string_view text) {
  return text == "all" ? AccessLog::kAll : text == "failed" ? AccessLog::kFailed : AccessLog::kOff;
}

bool ServesReflection(const Settings& settings) {
  const std::string text = settings.Text(FlagId::kReflection);
  if (text != "auto") return text == "true";
  const std::vector<std::string> listen = settings.Texts(FlagId::kListen);
  return std::none_of(listen.begin(), listen.end(), IsPublicAddress);
}

ServiceOptions ToServiceOptions(const Settings& settings, int64_t memory) {
  ServiceOptions service;
  service.limits = ToLimits(settings);
  service.workers =
      static_cast<int>(settings.Integer(FlagId::kWorkers).value_or(AvailableProcessors()));
  service.max_queued = static_cast<int>(*settings.Integer(FlagId::kQueue));
  service.cache_bytes = settings.Bytes(FlagId::kCacheBytes);
  service.memory_bytes = memory;
  service.max_rpc_duration = settings.Duration(FlagId::kMaxRpcDuration);
  return service;
}

}  // namespace

Limits ToLimits(const Settings& settings) {
  Limits limits;
  limits.max_ops = static_cast<int>(*settings.Integer(FlagId::kMaxOps));
  limits.max_picture_pixels = static_cast<int>(*settings.Integer(FlagId::kMaxPixels));
  return limits;
}

DaemonOptions ToOptions(const Settings& settings, std::vector<std::string>& problems) {
  DaemonOptions options;
  CheckListeners(settings, problems);
  OpenTls(settings, options, problems);
  OpenTokens(settings, options, problems);
  options.has_insecure_public_listener = !InsecurePublicAddresses(settings).empty();
  // A quarter is left to messages, the rest is for plans.
  options.max_memory_bytes = MaxMemory(settings);
  const int64_t memory = std::max(kBaseMemory, options.max_memory_bytes - kBaseMemory);
  ServerOptions& server = options.server;
  server.service = ToServiceOptions(settings, memory / 4 * 3);
  server.transport_memory_bytes = memory / 4;
  const bool has_revocations = settings.Find(FlagId::kTlsCrlDir) != nullptr;
  if (options.tokens != nullptr || settings.Find(FlagId::kAllowSan) != nullptr || has_revocations) {
    const auto authorizer = std::make_shared<const Authorizer>(
        options.tokens, settings.Texts(FlagId::kAllowSan), has_revocations ? options.tls : nullptr);
    server.service.authorize = [authorizer](const grpc::CallbackServerContext& context) {
      return authorizer->Check(context);
    };
  }
  server.listen = settings.Texts(FlagId::kListen);
  server.reflection = ServesReflection(settings);
  server.socket_mode = settings.Mode(FlagId::kSocketMode);
  server.allowed_uids = settings.Integers(FlagId::kAllowUid);
  server.tls = options.tls;
  const std::string admin = settings.Text(FlagId::kAdminListen);
  if (admin != "off") options.admin_listen = admin;
  options.log_format =
      settings.Text(FlagId::kLogFormat) == "json" ? LogFormat::kJson : LogFormat::kText;
  options.log_level = ParseLogLevel(settings.Text(FlagId::kLogLevel));
  options.call_log = {ToAccessLog(settings.Text(FlagId::kAccessLog)),
                      settings.Duration(FlagId::kSlowRequest)};
  options.drain_delay = settings.Duration(FlagId::kDrainDelay);
  options.drain_timeout = settings.Duration(FlagId::kDrainTimeout);
  return options;
}

}  // namespace pipesched
