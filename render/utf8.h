#ifndef PIPESCHED_RENDER_UTF8_H_
#define PIPESCHED_RENDER_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

// Takes the first code point off `text`, which is not empty. Bytes that are not
// UTF-8 (stray, cut short, overlong, surrogate, above U+10FFFF) count as U+FFFD
// a byte.
char32_t TakeCodePoint(absl::string_view& text);

// `text` as something that every format can hold on one line: valid UTF-8,
// where controls, line and paragraph separators are spaces, and marks that
// change the direction of the text around them, and code points that are no
// characters, are U+FFFD.
std::string PrintableText(absl::string_view text);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_UTF8_H_
