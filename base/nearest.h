#ifndef PIPESCHED_BASE_NEAREST_H_
#define PIPESCHED_BASE_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pipesched {

// "; did you mean NAME?" with the candidate that `text` may stand for, or "": one
// that starts with it, else one of which a later word does, else the nearest one
// by insertions, deletions and substitutions of at most a third of the longer
// one's letters, or of one. Ties: the first. Cases are equal, and so are dashes
// and underscores; leading dashes do not count.
std::string DidYouMean(absl::string_view text, const std::vector<std::string>& candidates);

}  // namespace pipesched

#endif  // PIPESCHED_BASE_NEAREST_H_
