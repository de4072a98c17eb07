#ifndef PIPESCHED_CLIENTS_CLI_SETTINGS_H_
#define PIPESCHED_CLIENTS_CLI_SETTINGS_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/cli/flags.h"

namespace pipesched::cli {

// A value that the user gave, and where.
struct Setting {
  std::string origin;              // "--num-stages" or "plan.yaml: num_stages"
  std::vector<std::string> texts;  // as written; one, or one or more of a list
};

// What the user gave for each flag. Every text is a value of its flag: whoever
// calls Set has asked ExplainBadValue.
class Settings {
 public:
  void Set(FlagId id, Setting setting) { settings_[Index(id)] = std::move(setting); }

  // Takes from `other` what this does not have.
  void AddMissing(const Settings& other);

  // Null: not given.
  const Setting* Find(FlagId id) const {
    const std::optional<Setting>& setting = settings_[Index(id)];
    return setting ? &*setting : nullptr;
  }

  // The value, or `fallback` if none is given.
  std::string Text(FlagId id, absl::string_view fallback = "") const;

  // Whether a switch is on.
  bool IsOn(FlagId id) const { return Text(id, "false") == "true"; }

  // Where the value is given; the long flag if nowhere.
  std::string Origin(FlagId id) const;

 private:
  static size_t Index(FlagId id) { return static_cast<size_t>(id); }

  std::array<std::optional<Setting>, kNumFlags> settings_;
};

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_SETTINGS_H_
