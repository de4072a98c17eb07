#include "daemon/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/server_posix.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/stopwatch.h"
#include "daemon/connections.h"
#include "daemon/listen_address.h"
#include "daemon/self_test.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {
namespace {

// Kubernetes probes name a service each; all answer alike.
constexpr const char* kHealthNames[] = {"pipesched.v1.ScheduleService", "liveness", "readiness"};

// After the drain the last answers may still be on their way, and streams that
// never end, such as a health Watch, are left.
constexpr absl::Duration kReadingTime = absl::Milliseconds(200);
constexpr absl::Duration kShutdownGrace = absl::Milliseconds(500);

// How long a peer has to take what is written to it when all calls are cancelled.
constexpr absl::Duration kBreakGrace = absl::Milliseconds(100);

// Work that is cancelled ends within this.
constexpr absl::Duration kCancelGrace = absl::Seconds(1);

constexpr int kMaxConcurrentStreams = 128;  // of a connection
constexpr int kMaxMetadataBytes = 8 << 10;  // of a call
constexpr int kHandshakeTimeoutMs = 10'000;
constexpr int kKeepaliveTimeMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kLeastPingIntervalMs = 10'000;  // of clients
constexpr int kMaxPingStrikes = 2;

// Of connections that come over a network, so that they move to new servers.
constexpr int kMaxConnectionIdleMs = 300'000;
constexpr int kMaxConnectionAgeMs = 1'800'000;
constexpr int kMaxConnectionAgeGraceMs = 60'000;

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

void SetTransport(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.service.limits.max_message_bytes);
  builder.SetMaxSendMessageSize(options.service.limits.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // A second daemon fails, not shares.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes);
  if (std::any_of(options.listen.begin(), options.listen.end(), IsPublicAddress)) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxConnectionIdleMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGraceMs);
  }
  if (options.transport_memory_bytes > 0) {
    grpc::ResourceQuota quota("pipeschedd");
    quota.Resize(static_cast<size_t>(options.transport_memory_bytes));
    builder.SetResourceQuota(quota);
  }
}

// Who is behind the connections that Unix listeners accepted. gRPC calls them by
// their descriptors, which are used again when a connection has ended.
class PeerUsers {
 public:
  void Set(int fd, uid_t uid) {
    absl::MutexLock lock(&mutex_);
    uids_[fd] = uid;
  }

  std::string Describe(const std::string& peer) const {
    absl::string_view number = peer;
    int fd = -1;
    if (!absl::ConsumePrefix(&number, "fd:") || !absl::SimpleAtoi(number, &fd)) return peer;
    absl::MutexLock lock(&mutex_);
    const auto found = uids_.find(fd);
    return found == uids_.end() ? "unix" : absl::StrCat("unix:uid=", found->second);
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<int, uid_t> uids_ ABSL_GUARDED_BY(mutex_);  // as many as descriptors at once
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(const ServerOptions& options) : service_(WithPeers(options.service)) {}

  absl::Status Start(const ServerOptions& options) {
    absl::Status status = BindSockets(options);
    if (status.ok()) status = BindPorts(options);
    if (status.ok()) status = RunSelfTest();
    if (!status.ok()) return status;
    for (const auto& listener : sockets_) {
      listener->Start(
          [this](int fd, uid_t uid) {
            peers_.Set(fd, uid);
            grpc::AddInsecureChannelFromFd(server_.get(), fd);
          },
          [refused = options.on_refused_uid](uid_t uid) {
            if (refused != nullptr) refused(uid);
          });
    }
    for (const char* name : kHealthNames) {
      server_->GetHealthCheckService()->SetServingStatus(name, true);
    }
    return absl::OkStatus();
  }

  void Stop(absl::Duration delay, absl::Duration timeout, const OnDrainStep& on_step) {
    if (server_ == nullptr) return;
    server_->GetHealthCheckService()->Shutdown();  // All names, for good.
    on_step(DrainStep::kNotServing, service_.calls_in_progress());
    absl::SleepFor(delay);
    service_.Drain();
    on_step(DrainStep::kRefusing, service_.calls_in_progress());
    bool idle = WaitUntilIdle(timeout, on_step);
    if (!idle) {
      on_step(DrainStep::kCancelling, service_.calls_in_progress());
      service_.CancelAll();
      idle = service_.WaitUntilIdle(kCancelGrace);
    }
    sockets_.clear();
    {
      // gRPC tells who calls while it shuts down that the call was CANCELLED, which is no
      // reason to try again. A connection that ends is one; but first what was answered, and
      // the news of health, are with the peers, which get some time to read them.
      const absl::Duration grace = idle ? kShutdownGrace : absl::ZeroDuration();
      WaitUntilSent(addresses_, grace);
      absl::SleepFor(idle ? kReadingTime : absl::ZeroDuration());
      BreakConnections(addresses_);
      const ConnectionBreaker breaker(addresses_, grace + kBreakGrace);
      server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
      server_->Wait();
    }
    server_.reset();
    on_step(DrainStep::kStopped, service_.calls_in_progress());
  }

  const std::vector<std::string>& addresses() const { return addresses_; }
  ScheduleService& service() { return service_; }

 private:
  ServiceOptions WithPeers(ServiceOptions options) const {
    options.break_connection = BreakConnectionTo;
    options.describe_peer = [this](const std::string& peer) { return peers_.Describe(peer); };
    return options;
  }

  absl::Status BindSockets(const ServerOptions& options) {
    for (const std::string& address : options.listen) {
      absl::Status status = CheckListenAddress(address);
      if (!status.ok()) return status;
      if (!IsUnixAddress(address)) continue;
      auto listener =
          UnixListener::Bind({SocketPath(address), options.socket_mode, options.allowed_uids});
      if (!listener.ok()) return listener.status();
      sockets_.push_back(*std::move(listener));
    }
    return absl::OkStatus();
  }

  absl::Status BindPorts(const ServerOptions& options) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
    SetTransport(options, builder);
    credentials_ = options.tls != nullptr ? MakeTlsCredentials(options.tls, options.on_tls_reload)
                                          : grpc::InsecureServerCredentials();
    std::vector<int> ports(options.listen.size());
    for (size_t i = 0; i < ports.size(); ++i) {
      if (IsUnixAddress(options.listen[i])) continue;
      builder.AddListeningPort(options.listen[i], credentials_, &ports[i]);
    }
    builder.RegisterService(service_.grpc_service());
    builder.RegisterCallbackGenericService(service_.unknown_methods());
    server_ = builder.BuildAndStart();
    std::vector<std::string> unbound;
    std::vector<std::string> reasons;
    for (size_t i = 0; i < ports.size(); ++i) {
      const bool bound = IsUnixAddress(options.listen[i]) || ports[i] != 0;
      if (!bound) unbound.push_back(options.listen[i]);
      const std::string why = bound ? "" : ExplainUnbound(options.listen[i]);
      if (!why.empty()) reasons.push_back(absl::StrCat(options.listen[i], ": ", why));
      addresses_.push_back(WithPort(options.listen[i], ports[i]));
    }
    if (server_ != nullptr && unbound.empty()) return absl::OkStatus();
    if (!reasons.empty()) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", absl::StrJoin(reasons, "; ")));
    }
    // gRPC gives up at the first one and so does not say which.
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", absl::StrJoin(unbound.empty() ? options.listen : unbound, " or ")));
  }

  bool WaitUntilIdle(absl::Duration timeout, const OnDrainStep& on_step) {
    const Stopwatch stopwatch;
    while (!service_.WaitUntilIdle(std::min(absl::Seconds(1), timeout - stopwatch.Elapsed()))) {
      if (stopwatch.Elapsed() >= timeout) return false;
      on_step(DrainStep::kWaiting, service_.calls_in_progress());
    }
    return true;
  }

  PeerUsers peers_;
  ScheduleService service_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // The server does not keep them.
  std::unique_ptr<grpc::Server> server_;                  // After the service that it uses.
  std::vector<std::unique_ptr<UnixListener>> sockets_;    // Their threads use the server.
  std::vector<std::string> addresses_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  absl::Status status = impl->Start(options);
  if (!status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(absl::ZeroDuration(), absl::ZeroDuration()); }

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }

ScheduleService& Server::service() { return impl_->service(); }

void Server::Stop(absl::Duration delay, absl::Duration timeout, const OnDrainStep& on_step) {
  impl_->Stop(delay, timeout, on_step);
}

}  // namespace pipesched
