#include "engine/digest/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/escaping.h"

namespace pipesched {

struct Sha256::State {
  EVP_MD_CTX* context = nullptr;
};

namespace {

// OpenSSL fails here only when memory runs out.
void Check(int result) {
  if (result != 1) std::abort();
}

}  // namespace

Sha256::Sha256() : state_(std::make_unique<State>()) {
  // Fetched once: a look-up costs more than the hash of a small plan.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  state_->context = EVP_MD_CTX_new();
  Check(EVP_DigestInit_ex(state_->context, algorithm, nullptr));
}

Sha256::~Sha256() { EVP_MD_CTX_free(state_->context); }

void Sha256::Add(absl::string_view bytes) {
  Check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  Check(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr));
  return digest;
}

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace pipesched
