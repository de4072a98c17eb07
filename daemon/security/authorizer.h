#ifndef PIPESCHED_DAEMON_SECURITY_AUTHORIZER_H_
#define PIPESCHED_DAEMON_SECURITY_AUTHORIZER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/security/tls_files.h"
#include "daemon/security/token_file.h"

namespace grpc {
class CallbackServerContext;
}

namespace pipesched {

// Says whether a call may be answered.
class Authorizer {
 public:
  // `tokens`: null, or calls need one of them as "authorization: Bearer TOKEN".
  // `allowed_names`: empty, or clients over TLS need a certificate with one of these
  // as a subject alternative name.
  // `tls`: null, or clients over TLS must not have one that is revoked. gRPC's own check
  // is made when a connection begins, ours at each call.
  Authorizer(std::shared_ptr<TokenFile> tokens, std::vector<std::string> allowed_names,
             std::shared_ptr<const TlsFiles> tls)
      : tokens_(std::move(tokens)),
        allowed_names_(std::move(allowed_names)),
        tls_(std::move(tls)) {}

  // UNAUTHENTICATED or PERMISSION_DENIED if it may not.
  absl::Status Check(const grpc::CallbackServerContext& context) const;

 private:
  absl::Status CheckToken(const grpc::CallbackServerContext& context) const;
  absl::Status CheckName(const grpc::CallbackServerContext& context) const;
  absl::Status CheckRevocation(const grpc::CallbackServerContext& context) const;

  const std::shared_ptr<TokenFile> tokens_;
  const std::vector<std::string> allowed_names_;
  const std::shared_ptr<const TlsFiles> tls_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_AUTHORIZER_H_
