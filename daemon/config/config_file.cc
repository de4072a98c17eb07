#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "daemon/config/load.h"

namespace pipesched {
namespace {

const Flag* FindKey(absl::string_view key) {
  for (const Flag& flag : AllFlags()) {
    if (!key.empty() && ConfigKey(flag) == key) return &flag;
  }
  return nullptr;
}

std::string ExplainUnknown(const std::string& key) {
  std::vector<std::string> keys;
  for (const Flag& flag : AllFlags()) keys.push_back(ConfigKey(flag));
  return absl::StrCat("unknown key ", Quote(key), DidYouMean(key, keys));
}

// Numbers and switches stand without quotes; permissions may: 0660 is what it says.
bool MayBeQuoted(FlagKind kind) {
  return kind != FlagKind::kSwitch && kind != FlagKind::kInteger && kind != FlagKind::kIntegers;
}

std::string ExplainNode(const Flag& flag, const YAML::Node& node) {
  if (!node.IsScalar()) return absl::StrCat("want one value, got ", DescribeNode(node));
  if (!IsPlain(node) && !MayBeQuoted(flag.kind)) {
    return absl::StrCat("want no quotes, got ", DescribeNode(node));
  }
  return ExplainBadValue(flag, node.Scalar());
}

std::vector<std::string> ReadTexts(const Flag& flag, const YAML::Node& key, const YAML::Node& value,
                                   YamlProblems& problems) {
  std::vector<std::string> texts;
  const auto add = [&](const YAML::Node& node) {
    const std::string problem = ExplainNode(flag, node);
    if (!problem.empty()) {
      problems.Add(node.IsNull() ? key.Mark() : node.Mark(),
                   absl::StrCat(key.Scalar(), ": ", problem));
    }
    texts.push_back(node.IsScalar() ? node.Scalar() : "");
  };
  if (!IsList(flag.kind) || !value.IsSequence()) {
    add(value);
    return texts;
  }
  for (const YAML::Node& element : value) add(element);
  if (texts.empty()) problems.Add(value.Mark(), absl::StrCat(key.Scalar(), ": the list is empty"));
  return texts;
}

}  // namespace

Settings ReadConfigText(absl::string_view text, const std::string& name,
                        std::vector<std::string>& problems) {
  Settings settings;
  const absl::Status status = ReadYamlMap(
      text, name, [&](const YAML::Node& key, const YAML::Node& value, YamlProblems& yaml_problems) {
        const Flag* flag = FindKey(key.Scalar());
        if (flag == nullptr) {
          yaml_problems.Add(key.Mark(), ExplainUnknown(key.Scalar()));
          return;
        }
        if (settings.Find(flag->id) != nullptr) {
          yaml_problems.Add(key.Mark(), absl::StrCat(key.Scalar(), ": is there twice"));
        }
        settings.Set(flag->id, {absl::StrCat(name, ": ", key.Scalar()),
                                ReadTexts(*flag, key, value, yaml_problems)});
      });
  if (!status.ok()) {
    for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
      problems.emplace_back(line);
    }
  }
  return settings;
}

}  // namespace pipesched
