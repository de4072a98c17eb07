#ifndef PIPESCHED_DAEMON_SECURITY_TOKEN_FILE_H_
#define PIPESCHED_DAEMON_SECURITY_TOKEN_FILE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/stopwatch.h"

namespace pipesched {

// Bearer tokens, one a line of a file; two lines let clients change over. A file
// that changes is read again, within a second; one that is wrong then changes
// nothing. Safe to call from many threads.
class TokenFile {
 public:
  // Returns INVALID_ARGUMENT, naming the file, for one that cannot be read, holds no
  // token, or holds one that is shorter than 16 letters or not printable ASCII.
  static absl::StatusOr<std::unique_ptr<TokenFile>> Open(const std::string& path);

  // Whether `token` is one of them. Takes the same time for all tokens of a length.
  bool Contains(absl::string_view token);

  // Reads the file again.
  absl::Status Reload();

 private:
  explicit TokenFile(const std::string& path) : path_(path) {}

  bool HasChanged();

  const std::string path_;
  std::mutex mutex_;  // guards the rest
  std::vector<std::string> digests_;
  std::string seen_;
  std::optional<Stopwatch> last_look_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_TOKEN_FILE_H_
