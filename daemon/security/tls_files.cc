#include "daemon/security/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <ctime>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file_reader.h"

namespace pipesched {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free>;

Bio BioOf(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// No prompt: a key with a pass phrase is an error.
int NoPassPhrase(char*, int, int, void*) { return -1; }

absl::Status Wrong(const std::string& path, absl::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
}

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  absl::StatusOr<std::string> text = ReadInput(path, kMaxPemBytes);
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  return text;
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return absl::InfinitePast();
  return absl::FromTM(fields, absl::UTCTimeZone());
}

absl::StatusOr<TlsMaterial> ReadMaterial(const TlsFiles::Paths& paths) {
  absl::StatusOr<std::string> chain = ReadPem(paths.certificate);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<std::string> key = ReadPem(paths.key);
  if (!key.ok()) return key.status();
  const Certificate certificate(
      PEM_read_bio_X509(BioOf(*chain).get(), nullptr, NoPassPhrase, nullptr));
  if (certificate == nullptr) return Wrong(paths.certificate, "holds no certificate in PEM");
  const PrivateKey private_key(
      PEM_read_bio_PrivateKey(BioOf(*key).get(), nullptr, NoPassPhrase, nullptr));
  if (private_key == nullptr) {
    return Wrong(paths.key, "holds no private key in PEM without a pass phrase");
  }
  if (X509_check_private_key(certificate.get(), private_key.get()) != 1) {
    return Wrong(paths.key, absl::StrCat("is not the key of ", paths.certificate));
  }
  TlsMaterial material;
  material.expiry = ToTime(X509_get0_notAfter(certificate.get()));
  if (material.expiry <= absl::Now()) {
    return Wrong(paths.certificate, absl::StrCat("expired on ", absl::FormatTime(material.expiry)));
  }
  material.certificate_chain = *std::move(chain);
  material.private_key = *std::move(key);
  if (paths.client_authorities.empty()) return material;
  absl::StatusOr<std::string> authorities = ReadPem(paths.client_authorities);
  if (!authorities.ok()) return authorities.status();
  const Certificate authority(
      PEM_read_bio_X509(BioOf(*authorities).get(), nullptr, NoPassPhrase, nullptr));
  if (authority == nullptr) return Wrong(paths.client_authorities, "holds no certificate in PEM");
  material.client_authorities = *std::move(authorities);
  return material;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsFiles>> TlsFiles::Open(const Paths& paths) {
  std::unique_ptr<TlsFiles> files(new TlsFiles(paths));
  const absl::Status status = files->Reload();
  if (!status.ok()) return status;
  return files;
}

// Changes when a file is written to or replaced.
std::string TlsFiles::Fingerprint() const {
  std::string result;
  for (const std::string* path : {&paths_.certificate, &paths_.key, &paths_.client_authorities}) {
    struct stat info {};
    if (!path->empty() && stat(path->c_str(), &info) != 0) info = {};
    absl::StrAppend(&result, info.st_dev, " ", info.st_ino, " ", info.st_size, " ",
                    info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec, " ", info.st_ctim.tv_sec, ".",
                    info.st_ctim.tv_nsec, "\n");
  }
  return result;
}

absl::Status TlsFiles::Reload() {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Taken first: what changes while we read is seen the next time.
  std::string fingerprint = Fingerprint();
  if (fingerprint == seen_) return absl::OkStatus();
  absl::StatusOr<TlsMaterial> material = ReadMaterial(paths_);
  seen_ = std::move(fingerprint);
  if (!material.ok()) {
    if (material_ != nullptr) ++failed_reloads_;
    return material.status();
  }
  material_ = std::make_shared<const TlsMaterial>(*std::move(material));
  return absl::OkStatus();
}

std::shared_ptr<const TlsMaterial> TlsFiles::material() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return material_;
}

int64_t TlsFiles::failed_reloads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_reloads_;
}

}  // namespace pipesched
