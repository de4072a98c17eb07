#include "clients/cli/profile.h"

#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file_reader.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml_map.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kDefault = "default";

std::string KeyOf(const Flag& flag) { return absl::StrReplaceAll(flag.name, {{"-", "_"}}); }

// What may stand in a profile: what a variable may hold, but the profile's own name.
bool MayStandInProfile(const Flag& flag) {
  return !flag.variable.empty() && flag.id != FlagId::kProfile;
}

const Flag* FindKey(absl::string_view key) {
  for (const Flag& flag : AllFlags()) {
    if (MayStandInProfile(flag) && KeyOf(flag) == key) return &flag;
  }
  return nullptr;
}

std::vector<std::string> KnownKeys() {
  std::vector<std::string> keys;
  for (const Flag& flag : AllFlags()) {
    if (MayStandInProfile(flag)) keys.push_back(KeyOf(flag));
  }
  return keys;
}

// Adds what is wrong to `problems`.
Settings ReadEntries(const YAML::Node& profile, const std::string& origin, YamlProblems& problems) {
  Settings settings;
  for (const auto& entry : profile) {
    const YAML::Node& key = entry.first;
    const std::string name = key.IsScalar() ? key.Scalar() : "";
    const Flag* flag = FindKey(name);
    if (flag == nullptr) {
      problems.Add(key.Mark(),
                   absl::StrCat("unknown key ", Quote(name), DidYouMean(name, KnownKeys())));
    } else if (settings.Find(flag->id) != nullptr) {
      problems.Add(key.Mark(), absl::StrCat(name, ": is there twice"));
    } else if (!entry.second.IsScalar()) {
      problems.Add(key.Mark(),
                   absl::StrCat(name, ": want a value, got ", DescribeNode(entry.second)));
    } else {
      const std::string& text = entry.second.Scalar();
      const std::string problem = ExplainBadValue(*flag, text);
      if (!problem.empty()) problems.Add(entry.second.Mark(), absl::StrCat(name, ": ", problem));
      settings.Set(flag->id, {absl::StrCat(origin, ": ", name), {text}});
    }
  }
  return settings;
}

}  // namespace

std::string ProfilesPath() {
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  const char* const home = std::getenv("HOME");
  // A relative XDG_CONFIG_HOME counts as none, as its specification says.
  if (config != nullptr && *config == '/') return absl::StrCat(config, "/pipesched/profiles.yaml");
  if (home == nullptr || *home == '\0') return "";
  return absl::StrCat(home, "/.config/pipesched/profiles.yaml");
}

absl::StatusOr<Settings> ParseProfile(absl::string_view text, const std::string& file,
                                      const std::string& name) {
  const std::string wanted(name.empty() ? kDefault : name);
  std::optional<Settings> found;
  std::vector<std::string> names;
  const absl::Status status = ReadYamlMap(
      text, file, [&](const YAML::Node& key, const YAML::Node& value, YamlProblems& problems) {
        if (!value.IsMap()) {
          problems.Add(key.Mark(),
                       absl::StrCat(key.Scalar(), ": want a map, got ", DescribeNode(value)));
          return;
        }
        names.push_back(key.Scalar());
        Settings settings = ReadEntries(value, absl::StrCat(file, ": ", key.Scalar()), problems);
        if (key.Scalar() == wanted) found = std::move(settings);
      });
  if (!status.ok()) return status;
  if (found) return *std::move(found);
  if (name.empty()) return Settings();
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": has no profile ", Quote(name), DidYouMean(name, names)));
}

absl::StatusOr<Settings> ReadProfile(const std::string& name) {
  const std::string path = ProfilesPath();
  if (name.empty() && (path.empty() || access(path.c_str(), F_OK) != 0)) return Settings();
  if (path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("profile ", Quote(name), ": neither XDG_CONFIG_HOME nor HOME is set"));
  }
  const absl::StatusOr<std::string> text = ReadInput(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  return ParseProfile(*text, path, name);
}

}  // namespace pipesched::cli
