#include "daemon/security/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <string>
#include <utility>

namespace pipesched {
namespace {

// gRPC's C++ providers of certificates read key and certificate apart, so that a
// rotation that is half done breaks every new connection. The C API asks for both
// at each handshake and keeps the last ones where there are no new ones.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  TlsCredentials(std::shared_ptr<TlsFiles> files, OnTlsReload on_reload)
      : files_(std::move(files)), on_reload_(std::move(on_reload)) {
    const bool mutual = !files_->material()->client_authorities.empty();
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
            &TlsCredentials::Fetch, this));
  }

  ~TlsCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // Called at each handshake, one at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<TlsCredentials*>(self)->FetchNewer(config);
  }

  grpc_ssl_certificate_config_reload_status FetchNewer(
      grpc_ssl_server_certificate_config** config) {
    const absl::Status status = files_->Reload();
    std::shared_ptr<const TlsMaterial> material = files_->material();
    if (!status.ok()) on_reload_(status);
    if (material == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    if (given_ != nullptr) on_reload_(absl::OkStatus());
    const grpc_ssl_pem_key_cert_pair pair = {material->private_key.c_str(),
                                             material->certificate_chain.c_str()};
    // gRPC wants authorities even where it asks for no client certificates.
    const std::string& authorities = material->client_authorities.empty()
                                         ? material->certificate_chain
                                         : material->client_authorities;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    given_ = std::move(material);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const std::shared_ptr<TlsFiles> files_;
  const OnTlsReload on_reload_;
  std::shared_ptr<const TlsMaterial> given_;  // to gRPC, last
  grpc_server_credentials* credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(std::shared_ptr<TlsFiles> files,
                                                            OnTlsReload on_reload) {
  return std::make_shared<TlsCredentials>(std::move(files), std::move(on_reload));
}

}  // namespace pipesched
