#include "base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace pipesched {
namespace {

constexpr size_t kLongestName = 64;  // No name of ours is longer.
constexpr size_t kShortestPart = 2;  // A letter says too little.

// Levenshtein distance.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// In lower case, without leading dashes, words separated by underscores.
std::string Normalize(absl::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"-", "_"}});
}

}  // namespace

std::string DidYouMean(absl::string_view text, const std::vector<std::string>& candidates) {
  if (text.size() > kLongestName) return "";
  const std::string wanted = Normalize(text);
  const std::string* nearest = nullptr;
  size_t least = std::numeric_limits<size_t>::max();
  for (const std::string& candidate : candidates) {
    const std::string name = Normalize(candidate);
    if (name.empty()) continue;
    const size_t most = std::max<size_t>(1, std::max(wanted.size(), name.size()) / 3);
    size_t badness = least;
    // Texts whose lengths differ by more are further apart than that: no need to look.
    if (wanted.size() <= name.size() + most && name.size() <= wanted.size() + most) {
      const size_t distance = Distance(wanted, name);
      if (distance <= most) badness = 2 + distance;
    }
    if (wanted.size() >= kShortestPart) {
      if (absl::StrContains(name, absl::StrCat("_", wanted))) badness = 1;
      if (absl::StartsWith(name, wanted)) badness = 0;
    }
    if (badness >= least) continue;
    nearest = &candidate;
    least = badness;
  }
  return nearest != nullptr ? absl::StrCat("; did you mean ", *nearest, "?") : "";
}

}  // namespace pipesched
