#ifndef PIPESCHED_DAEMON_CONFIG_FLAGS_H_
#define PIPESCHED_DAEMON_CONFIG_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace pipesched {

// What a flag of pipeschedd holds.
enum class FlagKind {
  kSwitch,     // true or false
  kText,       // one text
  kTexts,      // one or more texts; an environment variable separates them by commas
  kAddress,    // HOST:PORT or "off"
  kAddresses,  // one or more HOST:PORT or unix:PATH
  kChoice,     // one of the flag's choices
  kInteger,    // a whole number in [min, max], or "auto" where that is the default
  kIntegers,   // one or more such numbers
  kBytes,      // bytes in [min, max]: "1048576", "64KiB", "64MiB", "2GiB"; or "auto", too
  kDuration,   // "500ms", "3s", "1m30s"; at least `min` ms
  kMode,       // file permissions: "0660"
};
constexpr bool IsList(FlagKind kind) {
  return kind == FlagKind::kTexts || kind == FlagKind::kAddresses || kind == FlagKind::kIntegers;
}

enum class FlagId {
  kListen,
  kAdminListen,
  kSocketMode,
  kConfig,
  kCheckConfig,
  kTlsCert,
  kTlsKey,
  kTlsClientCa,
  kTlsCrlDir,
  kAllowSan,
  kTokenFile,
  kAllowUid,
  kInsecureAllowPublicBind,
  kReflection,
  kWorkers,
  kQueue,
  kCacheBytes,
  kMaxMemory,
  kMaxOps,
  kMaxPixels,
  kMaxRpcDuration,
  kDrainDelay,
  kDrainTimeout,
  kLogFormat,
  kLogLevel,
  kAccessLog,
  kSlowRequest,
  kHelp,
  kVersion,
};
inline constexpr int kNumFlags = static_cast<int>(FlagId::kVersion) + 1;

// Where a flag may be given besides the command line.
enum class FlagScope { kEverywhere, kNotInFile, kCommandLineOnly };

// One row of the table that drives the command line, environment, config file,
// help, man page, schema and the effective configuration.
struct Flag {
  FlagId id;
  absl::string_view name;  // "drain-delay", without dashes
  FlagKind kind;
  absl::string_view value_name;  // in help: "DURATION"
  absl::string_view fallback;    // the default as text; "" for a list: none
  absl::string_view help;
  absl::string_view choices = {};  // "text|json"
  int64_t min = 0;
  int64_t max = 0;
  FlagScope scope = FlagScope::kEverywhere;
};

// By FlagId.
absl::Span<const Flag> AllFlags();
const Flag& GetFlag(FlagId id);

std::string LongName(const Flag& flag);      // "--drain-delay"
std::string VariableName(const Flag& flag);  // "PIPESCHED_DRAIN_DELAY"; "" if it has none
std::string ConfigKey(const Flag& flag);     // "drain_delay"; "" if it is in no file

// Why `text` is no value of the flag: "want a whole number in [1, 8], got "x"".
// Empty: it is one.
std::string ExplainBadValue(const Flag& flag, absl::string_view text);

// Readers of values that ExplainBadValue says nothing against.
std::optional<int64_t> ParseBytes(absl::string_view text);
std::optional<absl::Duration> ParseNonNegativeDuration(absl::string_view text);
std::optional<int> ParseMode(absl::string_view text);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONFIG_FLAGS_H_
