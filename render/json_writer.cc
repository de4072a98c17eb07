#include "render/json_writer.h"

#include <charconv>
#include <cstddef>
#include <iterator>

#include "render/escape.h"

namespace pipesched {

void JsonWriter::Key(absl::string_view key) {
  Separate();
  text_ += ScriptString(key);
  text_.push_back(':');
  needs_comma_ = false;
}

void JsonWriter::String(absl::string_view utf8) {
  Separate();
  text_ += ScriptString(utf8);
}

void JsonWriter::Begin(char bracket) {
  Separate();
  text_.push_back(bracket);
  needs_comma_ = false;
}

void JsonWriter::End(char bracket) {
  text_.push_back(bracket);
  needs_comma_ = true;
}

void JsonWriter::Word(absl::string_view word) {
  Separate();
  text_.append(word.data(), word.size());
}

void JsonWriter::Separate() {
  if (needs_comma_) text_.push_back(',');
  needs_comma_ = true;
}

void JsonWriter::AppendNumber(double number) {
  char digits[32];
  const auto result = std::to_chars(std::begin(digits), std::end(digits), number);
  text_.append(digits, static_cast<size_t>(result.ptr - digits));
}

}  // namespace pipesched
