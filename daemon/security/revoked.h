#ifndef PIPESCHED_DAEMON_SECURITY_REVOKED_H_
#define PIPESCHED_DAEMON_SECURITY_REVOKED_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pipesched {

// Certificates that their authorities took back, by the revocation lists (CRLs, PEM) in a
// folder. A list that is past its next update still counts.
class RevokedCertificates {
 public:
  // `authorities`: PEM. Returns INVALID_ARGUMENT, naming the file, for one that holds no
  // list, a list that none of the authorities signed, and a folder without any.
  static absl::StatusOr<RevokedCertificates> Read(const std::string& folder,
                                                  const std::string& authorities);

  // The files of a folder that would be read, sorted. Those whose names begin with a dot
  // are not: Kubernetes keeps what it mounts in such folders.
  static std::vector<std::string> FilesOf(const std::string& folder);

  // Whether any of the certificates in `pem` is one of them.
  bool ContainsAnyOf(absl::string_view pem) const;

  absl::Time next_update() const { return next_update_; }  // the earliest of all lists

 private:
  // As DER: the issuer's name, and the serial number.
  std::set<std::pair<std::string, std::string>> revoked_;
  absl::Time next_update_ = absl::InfiniteFuture();
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_REVOKED_H_
