#include "clients/cli/file_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace pipesched::cli {
namespace {

constexpr mode_t kNewMode = 0644;
constexpr mode_t kModeBits = 0777;  // what a file keeps of its mode
constexpr int kMaxNames = 100;      // tried for a temporary file
constexpr int kMaxLinks = 40;       // as many as the kernel follows

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

// The file that `path` means: where its links point, or itself.
std::string FollowLinks(const std::string& path) {
  std::filesystem::path file = path;
  std::error_code error;
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(file, error); ++i) {
    file = file.parent_path() / std::filesystem::read_symlink(file, error);
  }
  return file.string();
}

int WriteInPlace(const std::string& path, absl::string_view content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  return fd < 0 ? errno : WriteAndClose(fd, content);
}

}  // namespace

absl::Status FileWriter::Write(const std::string& path, absl::string_view content) {
  const int error = WriteAny(path, content);
  if (error == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

std::unique_lock<std::mutex> FileWriter::RemoveUnfinished() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
  return lock;
}

// This and the next ones return 0, or what errno says.
int FileWriter::WriteAny(const std::string& path, absl::string_view content) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return errno;
    return WriteAndRename(FollowLinks(path), content, /*old_mode=*/nullptr);
  }
  if (S_ISDIR(info.st_mode)) return EISDIR;
  if (!S_ISREG(info.st_mode)) return WriteInPlace(path, content);
  if (access(path.c_str(), W_OK) != 0) return errno;
  const mode_t mode = info.st_mode & kModeBits;
  return WriteAndRename(FollowLinks(path), content, &mode);
}

int FileWriter::WriteAndRename(const std::string& path, absl::string_view content,
                               const mode_t* old_mode) {
  const int fd = OpenTemporary(path, old_mode != nullptr ? *old_mode : kNewMode);
  if (fd < 0) return errno;
  // The umask took some of the mode.
  int error = old_mode != nullptr && fchmod(fd, *old_mode) != 0 ? errno : 0;
  if (error == 0) {
    error = WriteAndClose(fd, content);
  } else {
    close(fd);
  }
  return RenameTemporary(path, error);
}

// Returns a descriptor, or -1 with errno.
int FileWriter::OpenTemporary(const std::string& path, mode_t mode) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const std::lock_guard<std::mutex> lock(mutex_);
  for (int i = 0; i < kMaxNames; ++i) {
    temporary_ = absl::StrCat(folder, ".pipesched-", getpid(), "-", i, ".tmp");
    const int fd = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0) return fd;
    if (errno != EEXIST) break;
  }
  temporary_.clear();
  return -1;
}

// Removes it instead after an `error`.
int FileWriter::RenameTemporary(const std::string& path, int error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error == 0 && rename(temporary_.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) unlink(temporary_.c_str());
  temporary_.clear();
  return error;
}

absl::Status WriteStdout(absl::string_view text) {
  const int error = WriteAll(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) return absl::OkStatus();
  return absl::ErrnoToStatus(error, "cannot write standard output");
}

void WriteStderr(absl::string_view text) { WriteAll(STDERR_FILENO, text); }

}  // namespace pipesched::cli
