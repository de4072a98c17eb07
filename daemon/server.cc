#include "daemon/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/listen_address.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {
namespace {

// Kubernetes probes name a service each; all answer alike.
constexpr const char* kHealthNames[] = {"pipesched.v1.ScheduleService", "liveness", "readiness"};

// After the drain the last answers may still be on their way, and streams that
// never end, such as a health Watch, are left.
constexpr auto kShutdownGrace = std::chrono::milliseconds(500);

// Reflection is part of every server of a program that links it, unless taken out.
class WithoutReflection : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}

  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(),
                                  [](const auto& plugin) {
                                    return plugin->name() == "proto_server_reflection";
                                  }),
                   plugins->end());
  }
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(const ServerOptions& options) : service_(options.service) {}

  absl::Status Start(const ServerOptions& options) {
    for (const std::string& address : options.listen) {
      absl::Status status = CheckListenAddress(address);
      if (status.ok()) status = CheckSocketIsFree(address);
      if (!status.ok()) return status;
    }
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // A second daemon fails, not shares.
    builder.SetMaxReceiveMessageSize(options.service.limits.max_message_bytes);
    builder.SetMaxSendMessageSize(options.service.limits.max_message_bytes);
    std::vector<int> ports(options.listen.size());
    for (size_t i = 0; i < ports.size(); ++i) {
      builder.AddListeningPort(options.listen[i], grpc::InsecureServerCredentials(), &ports[i]);
    }
    builder.RegisterService(service_.grpc_service());
    server_ = builder.BuildAndStart();
    std::vector<std::string> unbound;
    for (size_t i = 0; i < ports.size(); ++i) {
      if (ports[i] == 0) unbound.push_back(options.listen[i]);
      addresses_.push_back(WithPort(options.listen[i], ports[i]));
    }
    if (server_ == nullptr || !unbound.empty()) {
      // gRPC gives up at the first one and so does not say which.
      return absl::UnavailableError(absl::StrCat(
          "cannot listen on ", absl::StrJoin(unbound.empty() ? options.listen : unbound, " or ")));
    }
    for (const char* name : kHealthNames) {
      server_->GetHealthCheckService()->SetServingStatus(name, true);
    }
    return absl::OkStatus();
  }

  void Stop(absl::Duration drain) {
    if (server_ == nullptr) return;
    server_->GetHealthCheckService()->Shutdown();  // All names, for good.
    service_.Drain();
    const bool idle = service_.WaitUntilIdle(drain);
    const auto now = std::chrono::system_clock::now();
    server_->Shutdown(idle ? now + kShutdownGrace : now);
    server_->Wait();
    server_.reset();
  }

  const std::vector<std::string>& addresses() const { return addresses_; }
  int calls_in_progress() const { return service_.calls_in_progress(); }
  int64_t calls_abandoned() const { return service_.calls_abandoned(); }

 private:
  ScheduleService service_;
  std::unique_ptr<grpc::Server> server_;  // After the service that it uses.
  std::vector<std::string> addresses_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  absl::Status status = impl->Start(options);
  if (!status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(absl::ZeroDuration()); }

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }

int Server::calls_in_progress() const { return impl_->calls_in_progress(); }

int64_t Server::calls_abandoned() const { return impl_->calls_abandoned(); }

void Server::Stop(absl::Duration drain) { impl_->Stop(drain); }

}  // namespace pipesched
