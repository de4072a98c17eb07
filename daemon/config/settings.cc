#include "daemon/config/settings.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"

namespace pipesched {
namespace {

// A value as YAML: numbers and the like as they are, texts as JSON strings.
std::string ToYaml(const Flag& flag, const std::vector<std::string>& texts) {
  const bool quoted = flag.kind == FlagKind::kText || flag.kind == FlagKind::kTexts ||
                      flag.kind == FlagKind::kAddress || flag.kind == FlagKind::kAddresses ||
                      flag.kind == FlagKind::kMode;
  const auto append = [quoted](std::string* out, const std::string& text) {
    absl::StrAppend(out, quoted ? JsonQuote(text) : text);
  };
  if (IsList(flag.kind)) return absl::StrCat("[", absl::StrJoin(texts, ", ", append), "]");
  return absl::StrJoin(texts, "", append);
}

int64_t ToInteger(const std::string& text) {
  int64_t value = 0;
  return absl::SimpleAtoi(text, &value) ? value : 0;
}

}  // namespace

void Settings::AddMissing(const Settings& other) {
  for (size_t i = 0; i < settings_.size(); ++i) {
    if (!settings_[i]) settings_[i] = other.settings_[i];
  }
}

const Setting* Settings::Find(FlagId id) const {
  const std::optional<Setting>& setting = settings_[Index(id)];
  return setting ? &*setting : nullptr;
}

std::string Settings::Origin(FlagId id) const {
  const Setting* setting = Find(id);
  return setting != nullptr ? setting->origin : "default";
}

std::string Settings::Text(FlagId id) const {
  const Setting* setting = Find(id);
  return setting != nullptr ? setting->texts.front() : std::string(GetFlag(id).fallback);
}

std::vector<std::string> Settings::Texts(FlagId id) const {
  const Setting* setting = Find(id);
  if (setting != nullptr) return setting->texts;
  const absl::string_view fallback = GetFlag(id).fallback;
  return fallback.empty() ? std::vector<std::string>()
                          : std::vector<std::string>{std::string(fallback)};
}

std::optional<int64_t> Settings::Integer(FlagId id) const {
  const std::string text = Text(id);
  if (text == "auto") return std::nullopt;
  return ToInteger(text);
}

std::vector<int64_t> Settings::Integers(FlagId id) const {
  std::vector<int64_t> values;
  for (const std::string& text : Texts(id)) values.push_back(ToInteger(text));
  return values;
}

std::string FormatSettings(const Settings& settings) {
  std::vector<std::vector<std::string>> rows;
  for (const Flag& flag : AllFlags()) {
    const std::string key = ConfigKey(flag);
    if (key.empty()) continue;
    const std::vector<std::string> texts = settings.Texts(flag.id);
    // What has no value is a comment: there is no text for "none".
    const bool none = texts.empty();
    rows.push_back(
        {absl::StrCat(none ? "# " : "", key, ":", none ? "" : " ", none ? "" : ToYaml(flag, texts)),
         absl::StrCat("# ", settings.Origin(flag.id))});
  }
  return FormatTable(rows, 2);
}

}  // namespace pipesched
