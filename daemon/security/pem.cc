#include "daemon/security/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

#include "absl/strings/str_cat.h"
#include "base/file_reader.h"

namespace pipesched {
namespace {

// No prompt: a key with a pass phrase is an error.
int NoPassPhrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::StatusOr<std::string> ReadPemFile(const std::string& path, size_t max_bytes) {
  absl::StatusOr<std::string> text = ReadInput(path, max_bytes);
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  return text;
}

Bio BioOf(absl::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate NextCertificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, NoPassPhrase, nullptr));
}

RevocationList NextRevocationList(BIO* bio) {
  return RevocationList(PEM_read_bio_X509_CRL(bio, nullptr, NoPassPhrase, nullptr));
}

PrivateKey NextPrivateKey(BIO* bio) {
  return PrivateKey(PEM_read_bio_PrivateKey(bio, nullptr, NoPassPhrase, nullptr));
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return absl::InfinitePast();
  return absl::FromTM(fields, absl::UTCTimeZone());
}

absl::Status WrongPem(const std::string& path, absl::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
}

}  // namespace pipesched
