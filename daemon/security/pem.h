#ifndef PIPESCHED_DAEMON_SECURITY_PEM_H_
#define PIPESCHED_DAEMON_SECURITY_PEM_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pipesched {

// Owners of OpenSSL's objects.
struct PemFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, PemFree>;
using Certificate = std::unique_ptr<X509, PemFree>;
using RevocationList = std::unique_ptr<X509_CRL, PemFree>;
using PrivateKey = std::unique_ptr<EVP_PKEY, PemFree>;

// The text of a file, at most `max_bytes`; INVALID_ARGUMENT if it cannot be read.
absl::StatusOr<std::string> ReadPemFile(const std::string& path, size_t max_bytes);

// Reads `text`, which must outlive it.
Bio BioOf(absl::string_view text);

// The next object in `bio`; null if there is none, or one that needs a pass phrase.
Certificate NextCertificate(BIO* bio);
RevocationList NextRevocationList(BIO* bio);
PrivateKey NextPrivateKey(BIO* bio);

absl::Time ToTime(const ASN1_TIME* time);

// "PATH: WHY".
absl::Status WrongPem(const std::string& path, absl::string_view why);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_PEM_H_
