#include "clients/cli/config_file.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/file_reader.h"
#include "clients/cli/nearest.h"
#include "clients/cli/numbers.h"
#include "clients/cli/text.h"

namespace pipesched::cli {
namespace {

// A file full of wrong keys is told about up to here.
constexpr size_t kMaxProblems = 20;

// yaml-cpp's tag of a scalar without quotes and without a tag of its own.
constexpr absl::string_view kPlainTag = "?";

// What is wrong with one file, a line each.
class Problems {
 public:
  explicit Problems(const std::string& name) : name_(name) {}

  void Add(const YAML::Mark& mark, absl::string_view what) {
    if (lines_.size() >= kMaxProblems) return;
    lines_.push_back(
        mark.is_null() ? absl::StrCat(name_, ": ", what)
                       : absl::StrCat(name_, ":", mark.line + 1, ":", mark.column + 1, ": ", what));
  }

  absl::Status ToStatus() const {
    if (lines_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  const std::string& name_;
  std::vector<std::string> lines_;
};

std::string DescribeNode(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Scalar:
      return node.Tag() == kPlainTag ? Quote(node.Scalar())
                                     : absl::StrCat("the text ", Quote(node.Scalar()));
    default: return "nothing";
  }
}

bool IsText(ValueKind kind) { return kind == ValueKind::kText || kind == ValueKind::kChoice; }

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
  const bool plain = node.Tag() == kPlainTag;
  switch (flag.kind) {
    case ValueKind::kText:
    case ValueKind::kChoice: return {text, ExplainBadValue(flag, text)};
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
                                   Problems& problems) {
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

void ReadMap(const YAML::Node& map, const std::string& name, Problems& problems,
             Settings& settings) {
  std::vector<std::string> known;
  for (const Flag& flag : AllFlags()) {
    if (!flag.config_key.empty()) known.emplace_back(flag.config_key);
  }
  for (const auto& entry : map) {
    const YAML::Node& key = entry.first;
    if (!key.IsScalar()) {
      problems.Add(key.Mark(), absl::StrCat("want a key, got ", DescribeNode(key)));
      continue;
    }
    const Flag* flag = FindConfigKey(key.Scalar());
    if (flag == nullptr) {
      problems.Add(key.Mark(), absl::StrCat("unknown key ", Quote(key.Scalar()),
                                            DidYouMean(key.Scalar(), known)));
      continue;
    }
    if (settings.Find(flag->id) != nullptr) {
      problems.Add(key.Mark(), absl::StrCat(flag->config_key, ": is there twice"));
    }
    settings.Set(flag->id, {absl::StrCat(name, ": ", flag->config_key),
                            ReadTexts(*flag, key, entry.second, problems)});
  }
}

// Whether `text` may be text at all. YAML has no zero byte and few controls, and
// a picture or a program has many.
bool LooksBinary(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
  });
}

}  // namespace

absl::StatusOr<Settings> ParseConfig(absl::string_view text, const std::string& name) {
  Settings settings;
  Problems problems(name);
  if (LooksBinary(text)) {
    problems.Add(YAML::Mark::null_mark(), "is binary, want JSON or YAML text");
    return problems.ToStatus();
  }
  try {
    // yaml-cpp ends with an error at 500 levels, and its aliases are references:
    // a small file makes no big tree, and we look only two levels deep.
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      problems.Add(documents[1].Mark(), "want one document, got more");
    }
    for (const YAML::Node& document : documents) {
      if (document.IsMap()) {
        ReadMap(document, name, problems, settings);
      } else if (!document.IsNull()) {
        problems.Add(document.Mark(),
                     absl::StrCat("want keys with values, got ", DescribeNode(document)));
      }
    }
  } catch (const YAML::DeepRecursion& error) {
    problems.Add(error.mark, "nested too deep");
  } catch (const YAML::Exception& error) {
    problems.Add(error.mark, absl::StrCat("neither JSON nor YAML: ", error.msg));
  }
  absl::Status status = problems.ToStatus();
  if (!status.ok()) return status;
  return settings;
}

absl::StatusOr<Settings> ReadConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadInput(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, InputName(path));
}

}  // namespace pipesched::cli
