#include "render/escape.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "render/utf8.h"

namespace pipesched {

std::string EscapeMarkup(absl::string_view text) {
  return absl::StrReplaceAll(
      PrintableText(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string ScriptString(absl::string_view text) {
  std::string out = "\"";
  const std::string printable = PrintableText(text);
  for (absl::string_view rest = printable; !rest.empty();) {
    const char32_t c = TakeCodePoint(rest);
    const bool plain =
        c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    if (plain) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
    } else {
      const unsigned offset = static_cast<unsigned>(c) - 0x10000;
      absl::StrAppendFormat(&out, "\\u%04x\\u%04x", 0xD800 + (offset >> 10),
                            0xDC00 + (offset & 0x3FF));
    }
  }
  return out + "\"";
}

}  // namespace pipesched
