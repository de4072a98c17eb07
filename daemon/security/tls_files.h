#ifndef PIPESCHED_DAEMON_SECURITY_TLS_FILES_H_
#define PIPESCHED_DAEMON_SECURITY_TLS_FILES_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/security/revoked.h"

namespace pipesched {

// What the TLS files of a server held when they were last right.
struct TlsMaterial {
  std::string certificate_chain;               // PEM
  std::string private_key;                     // PEM
  std::string client_authorities;              // PEM; "" if clients need no certificate
  absl::Time expiry;                           // of the certificate
  std::optional<RevokedCertificates> revoked;  // of the clients', if there are lists
};

// The certificate, key, client authorities and revocation lists of a server. A rotation that is
// half done, or wrong, changes nothing: the last right files stay in use until all files are right
// again. Safe to call from many threads.
class TlsFiles {
 public:
  struct Paths {
    std::string certificate;
    std::string key;
    std::string client_authorities;  // "": clients need no certificate
    std::string revocations = "";    // a folder of their revocation lists; "": none
  };

  // Reads the files. Returns INVALID_ARGUMENT, naming the file, for one that cannot
  // be read or parsed, a key that does not belong to the certificate, or a
  // certificate that has expired; and as RevokedCertificates::Read.
  static absl::StatusOr<std::unique_ptr<TlsFiles>> Open(const Paths& paths);

  // Reads the files again if they changed since the last time; returns what was
  // wrong with them then, and is OK if nothing changed.
  absl::Status Reload();

  std::shared_ptr<const TlsMaterial> material() const;

  int64_t failed_reloads() const;

  // Whether what is in use is what the files hold.
  bool is_current() const;

 private:
  explicit TlsFiles(const Paths& paths) : paths_(paths) {}

  std::string Fingerprint() const;

  const Paths paths_;
  mutable std::mutex mutex_;
  std::string seen_;  // what the files looked like when they were last read
  std::shared_ptr<const TlsMaterial> material_;
  int64_t failed_reloads_ = 0;
  bool is_current_ = true;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_TLS_FILES_H_
