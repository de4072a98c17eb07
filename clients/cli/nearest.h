#ifndef PIPESCHED_CLIENTS_CLI_NEAREST_H_
#define PIPESCHED_CLIENTS_CLI_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pipesched::cli {

// "; did you mean NAME?" with the candidate nearest to `text` by insertions,
// deletions and substitutions (ties: the first), or "" if none is near: more
// than a third of the longer one's letters, and more than one, would change.
std::string DidYouMean(absl::string_view text, const std::vector<std::string>& candidates);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_NEAREST_H_
