#include "daemon/security/authorizer.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/server_context.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

// A Unix socket has users, not certificates.
bool IsOverTls(const grpc::AuthContext* auth) {
  if (auth == nullptr) return false;
  const auto transport = auth->FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  return !transport.empty() && transport[0] == GRPC_SSL_TRANSPORT_SECURITY_TYPE;
}

}  // namespace

absl::Status Authorizer::Check(const grpc::CallbackServerContext& context) const {
  absl::Status status = CheckRevocation(context);
  if (status.ok()) status = CheckName(context);
  if (status.ok()) status = CheckToken(context);
  return status;
}

absl::Status Authorizer::CheckToken(const grpc::CallbackServerContext& context) const {
  if (tokens_ == nullptr) return absl::OkStatus();
  const auto found = context.client_metadata().find("authorization");
  if (found != context.client_metadata().end()) {
    const absl::string_view value(found->second.data(), found->second.size());
    if (absl::StartsWithIgnoreCase(value, kScheme) &&
        tokens_->Contains(value.substr(kScheme.size()))) {
      return absl::OkStatus();
    }
  }
  return MakeError(absl::StatusCode::kUnauthenticated, kUnauthenticated,
                   "want \"authorization: Bearer TOKEN\" with a token that the server knows");
}

absl::Status Authorizer::CheckName(const grpc::CallbackServerContext& context) const {
  if (allowed_names_.empty()) return absl::OkStatus();
  const auto auth = context.auth_context();
  if (!IsOverTls(auth.get())) return absl::OkStatus();
  for (const grpc::string_ref& name : auth->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
    const std::string text(name.data(), name.size());
    if (std::find(allowed_names_.begin(), allowed_names_.end(), text) != allowed_names_.end()) {
      return absl::OkStatus();
    }
  }
  return MakeError(absl::StatusCode::kPermissionDenied, kPeerNotAllowed,
                   "the client's certificate has no subject alternative name that is allowed");
}

absl::Status Authorizer::CheckRevocation(const grpc::CallbackServerContext& context) const {
  const std::shared_ptr<const TlsMaterial> material = tls_ != nullptr ? tls_->material() : nullptr;
  const auto auth = context.auth_context();
  if (material == nullptr || !material->revoked || !IsOverTls(auth.get())) return absl::OkStatus();
  const auto revoked = [&](const char* property) {
    const auto values = auth->FindPropertyValues(property);
    return std::any_of(values.begin(), values.end(), [&](const grpc::string_ref& pem) {
      return material->revoked->ContainsAnyOf({pem.data(), pem.size()});
    });
  };
  const bool is_known = !auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME).empty();
  if (is_known && !revoked(GRPC_X509_PEM_CERT_PROPERTY_NAME) &&
      !revoked(GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME)) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, kPeerNotAllowed,
                   "the client's certificate was revoked");
}

}  // namespace pipesched
