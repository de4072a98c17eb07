#include "clients/cli/config_file.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file_reader.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "clients/cli/numbers.h"

namespace pipesched::cli {
namespace {

bool IsText(ValueKind kind) {
  return kind == ValueKind::kText || kind == ValueKind::kChoice || kind == ValueKind::kTexts;
}

// YAML spells what is no number ".nan" and ".inf"; "nan" is a text.
absl::string_view YamlNumber(absl::string_view text) {
  if (text == ".nan") return "nan";
  if (text == ".inf" || text == "+.inf") return "inf";
  if (text == "-.inf") return "-inf";
  const std::optional<double> value = ParseNumber(text);
  const bool is_spelled_out = text.find_first_of("nN") != absl::string_view::npos;
  return value && !is_spelled_out ? text : "";
}

// The text of one value, or what is wanted in its place.
struct ScalarText {
  std::string text;
  std::string problem;
};

ScalarText ReadScalar(const Flag& flag, const YAML::Node& node) {
  const std::string got = absl::StrCat(", got ", DescribeNode(node));
  if (!node.IsScalar()) {
    return {"", absl::StrCat("want ", IsText(flag.kind) ? "a text" : "a value", got)};
  }
  const std::string& text = node.Scalar();
  const bool plain = IsPlain(node);
  switch (flag.kind) {
    case ValueKind::kText:
    case ValueKind::kChoice:
    case ValueKind::kTexts: return {text, ExplainBadValue(flag, text)};
    case ValueKind::kSwitch:
      if (plain && (text == "true" || text == "false")) return {text, ""};
      return {"", absl::StrCat("want true or false", got)};
    case ValueKind::kInteger:
    case ValueKind::kIntegers:
      if (plain && ParseInteger(text)) return {text, ""};
      return {"", absl::StrCat("want a whole number", got)};
    default: break;
  }
  const absl::string_view number = plain ? YamlNumber(text) : "";
  if (!number.empty()) return {std::string(number), ""};
  return {"", absl::StrCat("want a number", got)};
}

// The texts of a value; adds what is wrong with it to `problems`. Where nothing
// stands, yaml-cpp has no place of it: the key's stands for it.
std::vector<std::string> ReadTexts(const Flag& flag, const YAML::Node& key, const YAML::Node& value,
                                   YamlProblems& problems) {
  std::vector<std::string> texts;
  const auto add = [&](const YAML::Node& node) {
    ScalarText scalar = ReadScalar(flag, node);
    if (!scalar.problem.empty()) {
      problems.Add(node.IsNull() ? key.Mark() : node.Mark(),
                   absl::StrCat(flag.config_key, ": ", scalar.problem));
    }
    texts.push_back(std::move(scalar.text));
  };
  if (!IsList(flag.kind) || !value.IsSequence()) {
    add(value);
    return texts;
  }
  for (const YAML::Node& element : value) add(element);
  if (texts.empty()) {
    problems.Add(value.Mark(), absl::StrCat(flag.config_key, ": the list is empty"));
  }
  return texts;
}

std::vector<std::string> KnownKeys() {
  std::vector<std::string> keys;
  for (const Flag& flag : AllFlags()) {
    if (!flag.config_key.empty()) keys.emplace_back(flag.config_key);
  }
  return keys;
}

}  // namespace

absl::StatusOr<Settings> ParseConfig(absl::string_view text, const std::string& name) {
  Settings settings;
  const absl::Status status = ReadYamlMap(
      text, name, [&](const YAML::Node& key, const YAML::Node& value, YamlProblems& problems) {
        const Flag* flag = FindConfigKey(key.Scalar());
        if (flag == nullptr) {
          problems.Add(key.Mark(), absl::StrCat("unknown key ", Quote(key.Scalar()),
                                                DidYouMean(key.Scalar(), KnownKeys())));
          return;
        }
        if (settings.Find(flag->id) != nullptr) {
          problems.Add(key.Mark(), absl::StrCat(flag->config_key, ": is there twice"));
        }
        settings.Set(flag->id, {absl::StrCat(name, ": ", flag->config_key),
                                ReadTexts(*flag, key, value, problems)});
      });
  if (!status.ok()) return status;
  return settings;
}

absl::StatusOr<Settings> ReadConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadInput(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, InputName(path));
}

}  // namespace pipesched::cli
