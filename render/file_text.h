#ifndef PIPESCHED_RENDER_FILE_TEXT_H_
#define PIPESCHED_RENDER_FILE_TEXT_H_

#include <string>

namespace pipesched {

// A text that a file of a picture carries and does not show.
struct FileText {
  std::string key;    // 1 to 79 ASCII letters, digits and '-'
  std::string value;  // UTF-8 without NUL
};

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_FILE_TEXT_H_
