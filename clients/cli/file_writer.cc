#include "clients/cli/file_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace pipesched::cli {
namespace {

constexpr mode_t kMode = 0644;
constexpr int kMaxNames = 100;  // tried for a temporary file

// 0, or what errno says.
int WriteAll(int fd, absl::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// WriteAll, then close.
int WriteAndClose(int fd, absl::string_view content) {
  const int error = WriteAll(fd, content);
  return close(fd) != 0 && error == 0 ? errno : error;
}

// The file that `path` means: where its link points, or itself.
std::string ResolveLink(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;  // It does not exist yet.
  std::string result = real;
  free(real);
  return result;
}

int WriteInPlace(const std::string& path, absl::string_view content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  return fd < 0 ? errno : WriteAndClose(fd, content);
}

int WriteAndRename(const std::string& path, absl::string_view content) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  std::string temporary;
  int fd = -1;
  for (int i = 0; fd < 0 && i < kMaxNames; ++i) {
    temporary = absl::StrCat(folder, ".pipesched-", getpid(), "-", i, ".tmp");
    fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    if (fd < 0 && errno != EEXIST) return errno;
  }
  if (fd < 0) return EEXIST;
  int error = WriteAndClose(fd, content);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) unlink(temporary.c_str());
  return error;
}

int Write(const std::string& path, absl::string_view content) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return WriteAndRename(path, content);
  if (S_ISDIR(info.st_mode)) return EISDIR;
  if (!S_ISREG(info.st_mode)) return WriteInPlace(path, content);
  if (access(path.c_str(), W_OK) != 0) return errno;
  return WriteAndRename(ResolveLink(path), content);
}

}  // namespace

absl::Status WriteFile(const std::string& path, absl::string_view content) {
  const int error = Write(path, content);
  if (error == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

absl::Status WriteStdout(absl::string_view text) {
  const int error = WriteAll(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) return absl::OkStatus();
  return absl::ErrnoToStatus(error, "cannot write standard output");
}

void WriteStderr(absl::string_view text) { WriteAll(STDERR_FILENO, text); }

}  // namespace pipesched::cli
