#include "daemon/embedded.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "daemon/service.h"

namespace pipesched {

class EmbeddedService::Impl {
 public:
  Impl() : service_(ServiceOptions{}) {}

  ~Impl() {
    channel_.reset();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  bool Start() {
    const int max_bytes = Limits{}.max_message_bytes;
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(max_bytes);
    builder.SetMaxSendMessageSize(max_bytes);
    builder.RegisterService(service_.grpc_service());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) return false;
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(max_bytes);
    channel_ = server_->InProcessChannel(arguments);
    return true;
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  ScheduleService service_;
  std::unique_ptr<grpc::Server> server_;  // After the service that it uses.
  std::shared_ptr<grpc::Channel> channel_;
};

absl::StatusOr<std::unique_ptr<EmbeddedService>> EmbeddedService::Start() {
  auto impl = std::make_unique<Impl>();
  if (!impl->Start()) return absl::InternalError("gRPC cannot start");
  return std::unique_ptr<EmbeddedService>(new EmbeddedService(std::move(impl)));
}

EmbeddedService::EmbeddedService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EmbeddedService::~EmbeddedService() = default;

std::shared_ptr<grpc::Channel> EmbeddedService::channel() const { return impl_->channel(); }

}  // namespace pipesched
