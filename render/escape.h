#ifndef PIPESCHED_RENDER_ESCAPE_H_
#define PIPESCHED_RENDER_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

// `text` as character data or an attribute's value of XML and HTML: valid UTF-8, and
// what a label does not hold on one line (see PrintableText) is replaced.
std::string EscapeMarkup(absl::string_view text);

// `text` as a string of JSON, quotes included, that may stand inside of a script
// element: "<", ">", "&" and all that is no ASCII are escapes.
std::string ScriptString(absl::string_view text);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_ESCAPE_H_
