#include "daemon/security/revoked.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/security/pem.h"

namespace pipesched {
namespace {

constexpr size_t kMaxListBytes = size_t{64} << 20;

// The DER form of a name or a serial number.
template <typename T>
std::string DerOf(int (*encode)(const T*, unsigned char**), const T* value) {
  unsigned char* der = nullptr;
  const int size = encode(value, &der);
  std::string text(reinterpret_cast<char*>(der), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(der);
  return text;
}

std::string TextOf(const X509_NAME* name) {
  char* const text = X509_NAME_oneline(name, nullptr, 0);
  std::string result = text != nullptr ? text : "";
  OPENSSL_free(text);
  return result;
}

// Why `list` is none of the authorities'; "" if it is.
std::string ExplainUnsigned(X509_CRL* list, const std::string& authorities) {
  const X509_NAME* const issuer = X509_CRL_get_issuer(list);
  const Bio bio = BioOf(authorities);
  bool is_known = false;
  while (const Certificate authority = NextCertificate(bio.get())) {
    if (X509_NAME_cmp(X509_get_subject_name(authority.get()), issuer) != 0) continue;
    is_known = true;
    if (X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1) return "";
  }
  return absl::StrCat("is a list of ", TextOf(issuer),
                      is_known ? ", who did not sign it" : ", who is not in --tls-client-ca");
}

}  // namespace

std::vector<std::string> RevokedCertificates::FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  DIR* const entries = opendir(folder.c_str());
  if (entries == nullptr) return files;
  while (const dirent* entry = readdir(entries)) {
    if (entry->d_name[0] == '.') continue;
    std::string path = absl::StrCat(folder, "/", entry->d_name);
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) files.push_back(std::move(path));
  }
  closedir(entries);
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<RevokedCertificates> RevokedCertificates::Read(const std::string& folder,
                                                              const std::string& authorities) {
  RevokedCertificates result;
  const std::vector<std::string> files = FilesOf(folder);
  if (files.empty()) {
    return WrongPem(folder, "is no folder with certificate revocation lists in PEM");
  }
  for (const std::string& path : files) {
    const absl::StatusOr<std::string> text = ReadPemFile(path, kMaxListBytes);
    if (!text.ok()) return text.status();
    const Bio bio = BioOf(*text);
    int num_lists = 0;
    while (const RevocationList list = NextRevocationList(bio.get())) {
      ++num_lists;
      const std::string problem = ExplainUnsigned(list.get(), authorities);
      if (!problem.empty()) return WrongPem(path, problem);
      if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get()); next != nullptr) {
        result.next_update_ = std::min(result.next_update_, ToTime(next));
      }
      const std::string issuer = DerOf<X509_NAME>(i2d_X509_NAME, X509_CRL_get_issuer(list.get()));
      STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(list.get());
      for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
        const X509_REVOKED* const entry = sk_X509_REVOKED_value(entries, i);
        result.revoked_.emplace(
            issuer, DerOf<ASN1_INTEGER>(i2d_ASN1_INTEGER, X509_REVOKED_get0_serialNumber(entry)));
      }
    }
    if (num_lists == 0) return WrongPem(path, "holds no certificate revocation list in PEM");
  }
  ERR_clear_error();
  return result;
}

bool RevokedCertificates::ContainsAnyOf(absl::string_view pem) const {
  const Bio bio = BioOf(pem);
  bool found = false;
  while (const Certificate certificate = NextCertificate(bio.get())) {
    found |=
        revoked_.count(
            {DerOf<X509_NAME>(i2d_X509_NAME, X509_get_issuer_name(certificate.get())),
             DerOf<ASN1_INTEGER>(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate.get()))}) > 0;
  }
  ERR_clear_error();
  return found;
}

}  // namespace pipesched
