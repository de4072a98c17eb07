#ifndef PIPESCHED_ENGINE_DIGEST_SHA256_H_
#define PIPESCHED_ENGINE_DIGEST_SHA256_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

using Sha256Digest = std::array<uint8_t, 32>;

// SHA-256 (FIPS 180-4) of the bytes added.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(absl::string_view bytes);

  // May be called once.
  Sha256Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 lower-case hexadecimal digits.
std::string Hex(const Sha256Digest& digest);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_DIGEST_SHA256_H_
