#include "clients/cli/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace pipesched::cli {
namespace {

constexpr size_t kLongestName = 64;  // No name of ours is longer.

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

}  // namespace

std::string DidYouMean(absl::string_view text, const std::vector<std::string>& candidates) {
  if (text.size() > kLongestName) return "";
  const std::string* nearest = nullptr;
  size_t least = 0;
  for (const std::string& candidate : candidates) {
    const size_t distance = Distance(text, candidate);
    if (nearest != nullptr && distance >= least) continue;
    nearest = &candidate;
    least = distance;
  }
  if (nearest == nullptr) return "";
  const size_t most = std::max<size_t>(1, std::max(text.size(), nearest->size()) / 3);
  return least <= most ? absl::StrCat("; did you mean ", *nearest, "?") : "";
}

}  // namespace pipesched::cli
