#ifndef PIPESCHED_BASE_YAML_MAP_H_
#define PIPESCHED_BASE_YAML_MAP_H_

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pipesched {

inline constexpr int kMaxConfigBytes = 1 << 20;

// What is wrong with one file, a line each: "FILE:LINE:COLUMN: ...". A file full
// of wrong keys is told about up to a limit.
class YamlProblems {
 public:
  explicit YamlProblems(const std::string& name) : name_(name) {}

  void Add(const YAML::Mark& mark, absl::string_view what);

  // INVALID_ARGUMENT with all lines; OK if there are none.
  absl::Status ToStatus() const;

 private:
  const std::string& name_;
  std::vector<std::string> lines_;
};

// A scalar without quotes and without a tag of its own: a number, true or false.
bool IsPlain(const YAML::Node& node);

// A node for an error message: "a list", "the text "2""; a plain scalar is quoted.
std::string DescribeNode(const YAML::Node& node);

// Reads one entry; adds what is wrong with it to `problems`.
using ReadYamlEntry =
    absl::FunctionRef<void(const YAML::Node& key, const YAML::Node& value, YamlProblems& problems)>;

// Calls `read` with each entry of the map that a JSON or YAML text is; `name` is
// the file's in messages. A text without any key is an empty map.
//
// Returns INVALID_ARGUMENT with a line for each problem: text that is not UTF-8,
// or neither JSON nor YAML, more than one document, a key that is no scalar, and what `read` added.
absl::Status ReadYamlMap(absl::string_view text, const std::string& name, ReadYamlEntry read);

}  // namespace pipesched

#endif  // PIPESCHED_BASE_YAML_MAP_H_
