#include "clients/cli/settings.h"

namespace pipesched::cli {

void Settings::AddMissing(const Settings& other) {
  for (size_t i = 0; i < settings_.size(); ++i) {
    if (!settings_[i]) settings_[i] = other.settings_[i];
  }
}

std::string Settings::Text(FlagId id, absl::string_view fallback) const {
  const Setting* setting = Find(id);
  return setting != nullptr ? setting->texts.front() : std::string(fallback);
}

std::string Settings::Origin(FlagId id) const {
  const Setting* setting = Find(id);
  return setting != nullptr ? setting->origin : LongName(GetFlag(id));
}

}  // namespace pipesched::cli
