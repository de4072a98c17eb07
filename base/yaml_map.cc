#include "base/yaml_map.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>

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

// Sees whether a document has anything in it, and where.
class ContentFinder : public YAML::EventHandler {
 public:
  const std::optional<YAML::Mark>& found() const { return found_; }

  void OnDocumentStart(const YAML::Mark&) override { found_.reset(); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Find(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    Find(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Find(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Find(mark);
  }
  void OnMapEnd() override {}

 private:
  void Find(const YAML::Mark& mark) {
    if (!found_) found_ = mark;
  }

  std::optional<YAML::Mark> found_;
};

// Not by YAML::LoadAll, which never ends where yaml-cpp 0.7 does not get past a tag
// that is wrong, such as "!,n!".
std::optional<YAML::Mark> FindSecondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  ContentFinder finder;
  if (!parser.HandleNextDocument(finder) || !parser.HandleNextDocument(finder)) return {};
  return finder.found();
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
  if (!IsUtf8(text)) {
    problems.Add(YAML::Mark::null_mark(), "is not UTF-8, want JSON or YAML text");
    return problems.ToStatus();
  }
  try {
    // yaml-cpp ends with an error at 500 levels, and its aliases are references:
    // a small file makes no big tree, and readers look only two levels deep.
    if (const std::optional<YAML::Mark> second = FindSecondDocument(std::string(text))) {
      problems.Add(*second, "want one document, got more");
    }
    ReadDocument(YAML::Load(std::string(text)), read, problems);
  } catch (const YAML::DeepRecursion& error) {
    problems.Add(error.mark, "nested too deep");
  } catch (const YAML::Exception& error) {
    problems.Add(error.mark, absl::StrCat("neither JSON nor YAML: ", error.msg));
  }
  return problems.ToStatus();
}

}  // namespace pipesched
