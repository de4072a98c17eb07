#ifndef PIPESCHED_ENGINE_MODEL_TAKE_NUMBER_H_
#define PIPESCHED_ENGINE_MODEL_TAKE_NUMBER_H_

#include <charconv>
#include <cstddef>
#include <system_error>

#include "absl/strings/string_view.h"

namespace pipesched {

// Takes a number below `limit`, without sign or leading zeros, from the front of
// `text`; -1 if there is none.
inline int TakeNumber(absl::string_view& text, int limit) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return -1;
  int number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto size = static_cast<size_t>(end.ptr - text.data());
  if (end.ec != std::errc() || number >= limit || (text[0] == '0' && size > 1)) return -1;
  text.remove_prefix(size);
  return number;
}

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_TAKE_NUMBER_H_
