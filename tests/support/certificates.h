#ifndef PIPESCHED_TESTS_SUPPORT_CERTIFICATES_H_
#define PIPESCHED_TESTS_SUPPORT_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace pipesched {

// A certificate with its key, both PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

// A certificate authority of a test.
class CertificateAuthority {
 public:
  CertificateAuthority();
  ~CertificateAuthority();

  std::string certificate() const;  // PEM

  // A certificate for `names`, as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  KeyPair Issue(const std::string& names, absl::Duration valid = absl::Hours(24 * 365)) const;

  // The list (CRL, PEM) of those of its certificates that are revoked, given as PEM.
  std::string Revoke(const std::vector<std::string>& certificates,
                     absl::Duration valid = absl::Hours(24)) const;

 private:
  EVP_PKEY* const key_;
  X509* certificate_ = nullptr;
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_CERTIFICATES_H_
