#include "base/file_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

constexpr size_t kPartBytes = size_t{1} << 20;

// Reads until the end, an error, or more than `max_bytes`.
std::string ReadAll(std::FILE* file, size_t max_bytes) {
  std::string text;
  size_t read = 1;
  while (read > 0 && text.size() <= max_bytes) {
    const size_t size = text.size();
    text.resize(std::min(size + kPartBytes, max_bytes + 1));
    read = std::fread(text.data() + size, 1, text.size() - size, file);
    text.resize(size + read);
  }
  return text;
}

}  // namespace

std::string InputName(const std::string& path) { return path == "-" ? "standard input" : path; }

absl::StatusOr<std::string> ReadInput(const std::string& path, size_t max_bytes) {
  const bool is_stdin = path == "-";
  const std::string name = InputName(path);
  std::FILE* file = is_stdin ? stdin : std::fopen(path.c_str(), "re");
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", name));
  std::string text = ReadAll(file, max_bytes);
  const int error = std::ferror(file) != 0 ? errno : 0;
  if (!is_stdin) std::fclose(file);
  if (error != 0) return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", name));
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": is larger than ", max_bytes, " bytes"));
  }
  return text;
}

}  // namespace pipesched
