#ifndef PIPESCHED_BASE_TEXT_H_
#define PIPESCHED_BASE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pipesched {

// Whether the bytes are well-formed UTF-8.
bool IsUtf8(absl::string_view text);

// The text in double quotes, safe to print: control characters and bytes that
// are no ASCII become escapes, and what is over 60 bytes is cut.
std::string Quote(absl::string_view text);

// The text as a JSON string, quotes included. As in protobuf's JSON, "<" and ">"
// become escapes too. Bytes that are no UTF-8 become U+FFFD.
std::string JsonQuote(absl::string_view text);

// "1 rank", "4 ranks".
std::string Count(int64_t count, absl::string_view one, absl::string_view many);

// Rows in aligned columns two spaces apart, a line each. The columns from
// `first_right` on are aligned to the right. Widths are counted in characters.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows, size_t first_right);

}  // namespace pipesched

#endif  // PIPESCHED_BASE_TEXT_H_
