#ifndef PIPESCHED_DAEMON_SECURITY_TLS_CREDENTIALS_H_
#define PIPESCHED_DAEMON_SECURITY_TLS_CREDENTIALS_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "daemon/security/tls_files.h"

namespace grpc {
class ServerCredentials;
}

namespace pipesched {

// Hears of each reload: OK, or what is wrong with the files.
using OnTlsReload = std::function<void(const absl::Status& status)>;

// Server credentials over TLS 1.2 or later that look at `files` at each handshake.
// If the files name client authorities, clients must show a certificate of theirs.
// Must outlive the server: gRPC keeps a part of them only.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(std::shared_ptr<TlsFiles> files,
                                                            OnTlsReload on_reload);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_SECURITY_TLS_CREDENTIALS_H_
