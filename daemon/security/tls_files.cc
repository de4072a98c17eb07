#include "daemon/security/tls_files.h"

#include <openssl/x509.h>
#include <sys/stat.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/security/pem.h"

namespace pipesched {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

absl::StatusOr<TlsMaterial> ReadMaterial(const TlsFiles::Paths& paths) {
  absl::StatusOr<std::string> chain = ReadPemFile(paths.certificate, kMaxPemBytes);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<std::string> key = ReadPemFile(paths.key, kMaxPemBytes);
  if (!key.ok()) return key.status();
  const Certificate certificate = NextCertificate(BioOf(*chain).get());
  if (certificate == nullptr) return WrongPem(paths.certificate, "holds no certificate in PEM");
  const PrivateKey private_key = NextPrivateKey(BioOf(*key).get());
  if (private_key == nullptr) {
    return WrongPem(paths.key, "holds no private key in PEM without a pass phrase");
  }
  if (X509_check_private_key(certificate.get(), private_key.get()) != 1) {
    return WrongPem(paths.key, absl::StrCat("is not the key of ", paths.certificate));
  }
  TlsMaterial material;
  material.expiry = ToTime(X509_get0_notAfter(certificate.get()));
  if (material.expiry <= absl::Now()) {
    return WrongPem(paths.certificate,
                    absl::StrCat("expired on ", absl::FormatTime(material.expiry)));
  }
  material.certificate_chain = *std::move(chain);
  material.private_key = *std::move(key);
  if (paths.client_authorities.empty()) return material;
  absl::StatusOr<std::string> authorities = ReadPemFile(paths.client_authorities, kMaxPemBytes);
  if (!authorities.ok()) return authorities.status();
  const Certificate authority = NextCertificate(BioOf(*authorities).get());
  if (authority == nullptr)
    return WrongPem(paths.client_authorities, "holds no certificate in PEM");
  material.client_authorities = *std::move(authorities);
  if (paths.revocations.empty()) return material;
  auto revoked = RevokedCertificates::Read(paths.revocations, material.client_authorities);
  if (!revoked.ok()) return revoked.status();
  material.revoked = *std::move(revoked);
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
  std::vector<std::string> files = {paths_.certificate, paths_.key, paths_.client_authorities};
  for (std::string& path : RevokedCertificates::FilesOf(paths_.revocations)) {
    files.push_back(std::move(path));
  }
  for (const std::string& path : files) {
    struct stat info {};
    if (!path.empty() && stat(path.c_str(), &info) != 0) info = {};
    absl::StrAppend(&result, path, " ", info.st_dev, " ", info.st_ino, " ", info.st_size, " ",
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
  is_current_ = material.ok();
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

bool TlsFiles::is_current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_current_;
}

int64_t TlsFiles::failed_reloads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_reloads_;
}

}  // namespace pipesched
