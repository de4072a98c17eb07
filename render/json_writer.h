#ifndef PIPESCHED_RENDER_JSON_WRITER_H_
#define PIPESCHED_RENDER_JSON_WRITER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

// Writes JSON without white space, for a <script> element: see ScriptString.
class JsonWriter {
 public:
  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginList() { Begin('['); }
  void EndList() { End(']'); }

  void Key(absl::string_view key);
  void String(absl::string_view utf8);

  void Bool(bool value) { Word(value ? "true" : "false"); }
  void Null() { Word("null"); }

  // Numbers that no double holds are written as the nearest.
  template <typename T>
  void Number(T number) {
    Separate();
    AppendNumber(static_cast<double>(number));
  }

  const std::string& text() const { return text_; }

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Word(absl::string_view word);
  void Separate();  // from the value before
  void AppendNumber(double number);

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_JSON_WRITER_H_
