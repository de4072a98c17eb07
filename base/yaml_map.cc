#include "base/yaml_map.h"

#include <yaml-cpp/depthguard.h>

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"

namespace pipesched {
namespace {

constexpr size_t kMaxProblems = 20;

// yaml-cpp's tag of a scalar without quotes and without a tag of its own.
constexpr absl::string_view kPlainTag = "?";

// Whether `text` may be text at all. YAML has no zero byte and few controls, and
// a picture or a program has many.
bool LooksBinary(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
  });
}

void ReadDocument(const YAML::Node& document, ReadYamlEntry read, YamlProblems& problems) {
  if (document.IsNull()) return;
  if (!document.IsMap()) {
    problems.Add(document.Mark(),
                 absl::StrCat("want keys with values, got ", DescribeNode(document)));
    return;
  }
  for (const auto& entry : document) {
    if (entry.first.IsScalar()) {
      read(entry.first, entry.second, problems);
    } else {
      problems.Add(entry.first.Mark(), absl::StrCat("want a key, got ", DescribeNode(entry.first)));
    }
  }
}

}  // namespace

void YamlProblems::Add(const YAML::Mark& mark, absl::string_view what) {
  if (lines_.size() >= kMaxProblems) return;
  lines_.push_back(mark.is_null()
                       ? absl::StrCat(name_, ": ", what)
                       : absl::StrCat(name_, ":", mark.line + 1, ":", mark.column + 1, ": ", what));
}

absl::Status YamlProblems::ToStatus() const {
  if (lines_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
}

bool IsPlain(const YAML::Node& node) { return node.IsScalar() && node.Tag() == kPlainTag; }

std::string DescribeNode(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Scalar:
      return IsPlain(node) ? Quote(node.Scalar()) : absl::StrCat("the text ", Quote(node.Scalar()));
    default: return "nothing";
  }
}

absl::Status ReadYamlMap(absl::string_view text, const std::string& name, ReadYamlEntry read) {
  YamlProblems problems(name);
  if (LooksBinary(text)) {
    problems.Add(YAML::Mark::null_mark(), "is binary, want JSON or YAML text");
    return problems.ToStatus();
  }
  try {
    // yaml-cpp ends with an error at 500 levels, and its aliases are references:
    // a small file makes no big tree, and readers look only two levels deep.
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      problems.Add(documents[1].Mark(), "want one document, got more");
    }
    for (const YAML::Node& document : documents) ReadDocument(document, read, problems);
  } catch (const YAML::DeepRecursion& error) {
    problems.Add(error.mark, "nested too deep");
  } catch (const YAML::Exception& error) {
    problems.Add(error.mark, absl::StrCat("neither JSON nor YAML: ", error.msg));
  }
  return problems.ToStatus();
}

}  // namespace pipesched
