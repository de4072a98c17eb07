#ifndef PIPESCHED_DAEMON_CONVERT_NUMBERS_H_
#define PIPESCHED_DAEMON_CONVERT_NUMBERS_H_

#include <charconv>
#include <string>

namespace pipesched {

// The shortest text that reads back as the same number: "0.1", "1e-12", "nan".
inline std::string FormatNumber(double value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_NUMBERS_H_
