#include "daemon/config/flags.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "daemon/listen_address.h"

namespace pipesched {
namespace {

constexpr int64_t kMaxUid = std::numeric_limits<uint32_t>::max() - 1;

constexpr Flag kFlags[] = {
    {FlagId::kListen, "listen", FlagKind::kAddresses, "ADDRESS", "127.0.0.1:50551",
     "listen on HOST:PORT (port 0: any free one) or unix:PATH; repeatable"},
    {FlagId::kAdminListen, "admin-listen", FlagKind::kAddress, "HOST:PORT|off", "off",
     "serve /metrics, /livez, /readyz, /healthz and /version over HTTP"},
    {FlagId::kSocketMode, "socket-mode", FlagKind::kMode, "MODE", "0660",
     "permissions of Unix sockets"},
    {FlagId::kConfig, "config", FlagKind::kText, "FILE", "",
     "read a JSON or YAML file; its keys are these names with underscores", "", 0, 0,
     FlagScope::kNotInFile},
    {FlagId::kCheckConfig, "check-config", FlagKind::kSwitch, "", "false",
     "check the configuration, print it with the origin of each value, and exit", "", 0, 0,
     FlagScope::kCommandLineOnly},
    {FlagId::kTlsCert, "tls-cert", FlagKind::kText, "FILE", "",
     "certificate chain (PEM) of the TCP listeners; read again when it changes"},
    {FlagId::kTlsKey, "tls-key", FlagKind::kText, "FILE", "", "its private key (PEM)"},
    {FlagId::kTlsClientCa, "tls-client-ca", FlagKind::kText, "FILE", "",
     "require client certificates that these authorities (PEM) signed"},
    {FlagId::kTlsCrlDir, "tls-crl-dir", FlagKind::kText, "FOLDER", "",
     "refuse calls of client certificates that are in its revocation lists (PEM); read again when "
     "it changes"},
    {FlagId::kAllowSan, "allow-san", FlagKind::kTexts, "NAME", "",
     "over TCP answer only clients whose certificate has this subject alternative name; "
     "repeatable"},
    {FlagId::kTokenFile, "token-file", FlagKind::kText, "FILE", "",
     "answer only calls with a bearer token of this file, one a line; read again when it changes"},
    {FlagId::kAllowUid, "allow-uid", FlagKind::kIntegers, "UID", "",
     "over Unix sockets accept only these users; repeatable", "", 0, kMaxUid},
    {FlagId::kInsecureAllowPublicBind, "insecure-allow-public-bind", FlagKind::kSwitch, "", "false",
     "listen without TLS on addresses that are not loopback"},
    {FlagId::kReflection, "reflection", FlagKind::kChoice, "WHEN", "auto",
     "serve grpc.reflection.v1alpha; auto: if all listeners are loopback or Unix sockets",
     "auto|true|false"},
    {FlagId::kWorkers, "workers", FlagKind::kInteger, "N", "auto",
     "threads that compute; auto: the processors that the process may use", "", 1, 1024},
    {FlagId::kQueue, "queue", FlagKind::kInteger, "N", "256",
     "calls that may wait for a worker; more are refused with RESOURCE_EXHAUSTED", "", 1, 1 << 20},
    {FlagId::kCacheBytes, "cache-bytes", FlagKind::kBytes, "BYTES", "128MiB",
     "memory for computed plans; 0: none are kept", "", 0, int64_t{1} << 40},
    {FlagId::kMaxMemory, "max-memory", FlagKind::kBytes, "BYTES", "auto",
     "memory that the process may take, plans and messages by estimate; auto: 80 % of what the "
     "machine and its control group have",
     "", int64_t{64} << 20, int64_t{1} << 50},
    {FlagId::kMaxOps, "max-ops", FlagKind::kInteger, "N", "16777216", "most ops of a schedule", "",
     1, 1 << 28},
    {FlagId::kMaxPixels, "max-pixels", FlagKind::kInteger, "N", "100000000",
     "most pixels of a picture", "", 1, 1 << 30},
    {FlagId::kMaxRpcDuration, "max-rpc-duration", FlagKind::kDuration, "DURATION", "60s",
     "longest time that a call may take, whatever deadline it has", "", 1},
    {FlagId::kDrainDelay, "drain-delay", FlagKind::kDuration, "DURATION", "0s",
     "when stopping, tell health checks and go on serving for this long"},
    {FlagId::kDrainTimeout, "drain-timeout", FlagKind::kDuration, "DURATION", "25s",
     "then finish the calls in progress for this long, and cancel the rest"},
    {FlagId::kLogFormat, "log-format", FlagKind::kChoice, "FORMAT", "text",
     "lines on standard error", "text|json"},
    {FlagId::kLogLevel, "log-level", FlagKind::kChoice, "LEVEL", "info", "least level that is told",
     "debug|info|warning|error"},
    {FlagId::kAccessLog, "access-log", FlagKind::kChoice, "WHICH", "all",
     "calls that get a line: all, those that failed or were slow, or none", "all|failed|off"},
    {FlagId::kSlowRequest, "slow-request", FlagKind::kDuration, "DURATION", "1s",
     "a call that takes longer gets a warning"},
    {FlagId::kHelp, "help", FlagKind::kSwitch, "", "false", "print this and exit", "", 0, 0,
     FlagScope::kCommandLineOnly},
    {FlagId::kVersion, "version", FlagKind::kSwitch, "", "false", "print the version and exit", "",
     0, 0, FlagScope::kCommandLineOnly},
};
static_assert(std::size(kFlags) == kNumFlags);

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < std::size(kFlags); ++i) {
    if (static_cast<size_t>(kFlags[i].id) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

bool IsDecimal(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
}

std::string WantInteger(const Flag& flag, absl::string_view text) {
  if (text == "auto" && flag.fallback == "auto") return "";
  int64_t value = 0;
  if (IsDecimal(text) && absl::SimpleAtoi(text, &value) && flag.min <= value && value <= flag.max) {
    return "";
  }
  return absl::StrCat("a whole number in [", flag.min, ", ", flag.max, "]",
                      flag.fallback == "auto" ? " or auto" : "");
}

std::string WantBytes(const Flag& flag, absl::string_view text) {
  const std::optional<int64_t> bytes = ParseBytes(text);
  if (text == "auto" && flag.fallback == "auto") return "";
  if (bytes && flag.min <= *bytes && *bytes <= flag.max) return "";
  return absl::StrCat("bytes in [", flag.min, ", ", flag.max, "], for example 64MiB",
                      flag.fallback == "auto" ? ", or auto" : "");
}

// What is wanted in the place of `text`; empty: nothing else.
std::string Want(const Flag& flag, absl::string_view text) {
  switch (flag.kind) {
    case FlagKind::kSwitch: return text == "true" || text == "false" ? "" : "true or false";
    case FlagKind::kText:
    case FlagKind::kTexts: return text.empty() ? "a text" : "";
    case FlagKind::kAddress:
      if (text == "off") return "";
      return !IsUnixAddress(text) && CheckListenAddress(text).ok() ? "" : "HOST:PORT or off";
    case FlagKind::kAddresses:
      return CheckListenAddress(text).ok()
                 ? ""
                 : "HOST:PORT with a port in [0, 65535], or unix:PATH of 1 to 107 bytes";
    case FlagKind::kChoice: {
      const std::vector<absl::string_view> choices = absl::StrSplit(flag.choices, '|');
      const bool known = std::find(choices.begin(), choices.end(), text) != choices.end();
      return known ? "" : std::string(flag.choices);
    }
    case FlagKind::kInteger:
    case FlagKind::kIntegers: return WantInteger(flag, text);
    case FlagKind::kBytes: return WantBytes(flag, text);
    case FlagKind::kDuration: {
      const std::optional<absl::Duration> duration = ParseNonNegativeDuration(text);
      if (duration && *duration >= absl::Milliseconds(flag.min)) return "";
      return absl::StrCat("a duration",
                          flag.min > 0 ? absl::StrCat(" of at least ", flag.min, "ms") : "",
                          ", for example 500ms or 3s");
    }
    case FlagKind::kMode: return ParseMode(text) ? "" : "permissions, for example 0660";
  }
  return "";
}

std::string WithUnderscores(const Flag& flag) {
  return absl::StrReplaceAll(flag.name, {{"-", "_"}});
}

}  // namespace

absl::Span<const Flag> AllFlags() { return kFlags; }

const Flag& GetFlag(FlagId id) { return kFlags[static_cast<size_t>(id)]; }

std::string LongName(const Flag& flag) { return absl::StrCat("--", flag.name); }

std::string VariableName(const Flag& flag) {
  if (flag.scope == FlagScope::kCommandLineOnly) return "";
  return absl::StrCat("PIPESCHED_", absl::AsciiStrToUpper(WithUnderscores(flag)));
}

std::string ConfigKey(const Flag& flag) {
  return flag.scope == FlagScope::kEverywhere ? WithUnderscores(flag) : "";
}

std::string ExplainBadValue(const Flag& flag, absl::string_view text) {
  const std::string want = Want(flag, text);
  return want.empty() ? "" : absl::StrCat("want ", want, ", got ", Quote(text));
}

std::optional<int64_t> ParseBytes(absl::string_view text) {
  int shift = 0;
  if (absl::ConsumeSuffix(&text, "KiB")) {
    shift = 10;
  } else if (absl::ConsumeSuffix(&text, "MiB")) {
    shift = 20;
  } else if (absl::ConsumeSuffix(&text, "GiB")) {
    shift = 30;
  }
  int64_t value = 0;
  if (!IsDecimal(text) || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  if (value > std::numeric_limits<int64_t>::max() >> shift) return std::nullopt;
  return value << shift;
}

std::optional<absl::Duration> ParseNonNegativeDuration(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return std::nullopt;
  }
  return duration;
}

std::optional<int> ParseMode(absl::string_view text) {
  if (text.size() < 3 || text.size() > 4 ||
      text.find_first_not_of("01234567") != absl::string_view::npos) {
    return std::nullopt;
  }
  int mode = 0;
  for (const char digit : text) mode = mode * 8 + (digit - '0');
  if (mode > 0777) return std::nullopt;
  return mode;
}

}  // namespace pipesched
