#include "daemon/security/token_file.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/file_reader.h"
#include "engine/digest/sha256.h"

namespace pipesched {
namespace {

constexpr size_t kMaxTokenFileBytes = 1 << 20;
constexpr size_t kLeastTokenSize = 16;
constexpr absl::Duration kLookInterval = absl::Seconds(1);

std::string DigestOf(absl::string_view token) {
  Sha256 hash;
  hash.Add(token);
  return Hex(hash.Finish());
}

bool IsToken(absl::string_view text) {
  return text.size() >= kLeastTokenSize &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenFile>> TokenFile::Open(const std::string& path) {
  std::unique_ptr<TokenFile> file(new TokenFile(path));
  const absl::Status status = file->Reload();
  if (!status.ok()) return status;
  return file;
}

absl::Status TokenFile::Reload() {
  const absl::StatusOr<std::string> text = ReadInput(path_, kMaxTokenFileBytes);
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  std::vector<std::string> digests;
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    const absl::string_view token = absl::StripAsciiWhitespace(line);
    if (token.empty()) continue;
    if (!IsToken(token)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_, ": line ", std::count(text->data(), token.data(), '\n') + 1,
                       ": want a token of ", kLeastTokenSize, " or more printable letters"));
    }
    digests.push_back(DigestOf(token));
  }
  if (digests.empty()) return absl::InvalidArgumentError(absl::StrCat(path_, ": holds no token"));
  const std::lock_guard<std::mutex> lock(mutex_);
  digests_ = std::move(digests);
  return absl::OkStatus();
}

bool TokenFile::HasChanged() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_look_ && last_look_->Elapsed() < kLookInterval) return false;
  last_look_.emplace();
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) return false;
  std::string looks = absl::StrCat(info.st_ino, " ", info.st_size, " ", info.st_mtim.tv_sec, ".",
                                   info.st_mtim.tv_nsec);
  return std::exchange(seen_, looks) != looks;
}

bool TokenFile::Contains(absl::string_view token) {
  if (HasChanged()) Reload().IgnoreError();  // What is wrong shows at the next start or SIGHUP.
  const std::string digest = DigestOf(token);
  const std::lock_guard<std::mutex> lock(mutex_);
  bool found = false;
  for (const std::string& known : digests_) {
    found |= CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0;
  }
  return found;
}

}  // namespace pipesched
