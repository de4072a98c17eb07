#ifndef PIPESCHED_DAEMON_CONFIG_SETTINGS_H_
#define PIPESCHED_DAEMON_CONFIG_SETTINGS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/config/flags.h"

namespace pipesched {

// A value and where it was given.
struct Setting {
  std::string origin;              // "--queue", "PIPESCHED_QUEUE" or "daemon.yaml: queue"
  std::vector<std::string> texts;  // as written; one, or one or more of a list
};

// The configuration of a daemon: what was given for each flag, and its default where
// nothing was. Every text is a value of its flag: whoever calls Set has asked
// ExplainBadValue.
class Settings {
 public:
  void Set(FlagId id, Setting setting) { settings_[Index(id)] = std::move(setting); }

  // Takes from `other` what this does not have.
  void AddMissing(const Settings& other);

  // Null: not given.
  const Setting* Find(FlagId id) const;

  // Where the value was given; "default" if nowhere.
  std::string Origin(FlagId id) const;

  // The value, or the default. "" and an empty list: none.
  std::string Text(FlagId id) const;
  std::vector<std::string> Texts(FlagId id) const;
  bool IsOn(FlagId id) const { return Text(id) == "true"; }
  std::optional<int64_t> Integer(FlagId id) const;  // nothing: auto
  std::vector<int64_t> Integers(FlagId id) const;
  int64_t Bytes(FlagId id) const { return ParseBytes(Text(id)).value_or(0); }
  absl::Duration Duration(FlagId id) const {
    return ParseNonNegativeDuration(Text(id)).value_or(absl::ZeroDuration());
  }
  int Mode(FlagId id) const { return ParseMode(Text(id)).value_or(0); }

 private:
  static size_t Index(FlagId id) { return static_cast<size_t>(id); }

  std::array<std::optional<Setting>, kNumFlags> settings_;
};

// The configuration as YAML that --config reads again, with the origin of each
// value as a comment. No flag holds a secret: those are in files that it names.
std::string FormatSettings(const Settings& settings);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONFIG_SETTINGS_H_
