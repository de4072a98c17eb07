#include "pipesched/client/client.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/channel_arguments.h"
#include "clients/cpp/retry.h"
#include "pipesched/client/error.h"
#include "pipesched/client/timeline_ops.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched::client {
namespace {

// The context of one attempt of a call: its deadline, and its place in the cancellation.
class CallScope {
 public:
  CallScope(const CallOptions& options, const TokenSource& token, absl::Time deadline)
      : cancellation_(options.cancellation) {
    if (token) context_.AddMetadata("authorization", absl::StrCat("Bearer ", token()));
    for (const auto& [key, value] : options.metadata) context_.AddMetadata(key, value);
    context_.set_deadline(absl::ToChronoTime(deadline));
    if (cancellation_ != nullptr) cancellation_->Add(&context_);
  }
  ~CallScope() {
    if (cancellation_ != nullptr) cancellation_->Remove(&context_);
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  grpc::ClientContext* context() { return &context_; }

 private:
  grpc::ClientContext context_;
  Cancellation* cancellation_;
};

}  // namespace

struct Client::Impl {
  Impl(std::shared_ptr<grpc::Channel> c, TokenSource t)
      : channel(std::move(c)), stub(channel), token(std::move(t)) {}

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::ScheduleService::Stub::*method)(
                                    grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const CallOptions& options) {
    const absl::Time deadline = absl::Now() + options.timeout;
    Attempts attempts(deadline, options.cancellation);
    while (true) {
      CallScope call(options, token, deadline);
      Response response;
      const grpc::Status status = (stub.*method)(call.context(), request, &response);
      if (status.ok()) return response;
      if (!attempts.WaitForNext(*call.context(), status)) return FromGrpcStatus(status);
    }
  }

  // Calls `receive` with each message, until it returns false: that cancels the call,
  // whose status is then not to be looked at. Once a message came the call is not
  // tried again.
  template <typename Request, typename Response>
  grpc::Status Stream(std::unique_ptr<grpc::ClientReader<Response>> (
                          v1::ScheduleService::Stub::*method)(grpc::ClientContext*, const Request&),
                      const Request& request, const CallOptions& options,
                      absl::FunctionRef<bool(Response message)> receive) {
    const absl::Time deadline = absl::Now() + options.timeout;
    Attempts attempts(deadline, options.cancellation);
    while (true) {
      CallScope call(options, token, deadline);
      const auto reader = (stub.*method)(call.context(), request);
      bool received = false;
      bool wanted = true;
      Response message;
      while (reader->Read(&message)) {
        received = true;
        wanted = wanted && receive(std::move(message));
        if (!wanted) call.context()->TryCancel();
        message.Clear();
      }
      grpc::Status status = reader->Finish();
      if (received || !attempts.WaitForNext(*call.context(), status)) return status;
    }
  }

  std::shared_ptr<grpc::Channel> channel;
  v1::ScheduleService::Stub stub;
  const TokenSource token;
};

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target) {
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(),
                                   DefaultChannelArguments());
}

Client::Client(std::shared_ptr<grpc::Channel> channel, TokenSource token)
    : impl_(std::make_unique<Impl>(std::move(channel), std::move(token))) {}

Client::~Client() = default;

absl::StatusOr<v1::ComputeScheduleResponse> Client::ComputeSchedule(
    const v1::ComputeScheduleRequest& request, const CallOptions& options) const {
  auto response = impl_->Call(&v1::ScheduleService::Stub::ComputeSchedule, request, options);
  if (!response.ok()) return response;
  if (request.view() != v1::VIEW_FULL && !response->has_timeline()) return response;
  absl::Status status = CheckTimeline(response->timeline(), response->shape());
  if (!status.ok()) return status;
  return response;
}

absl::Status Client::StreamSchedule(
    const v1::StreamScheduleRequest& request,
    absl::FunctionRef<void(v1::StreamScheduleResponse message)> receive,
    const CallOptions& options) const {
  std::optional<TimelineChecker> checker;
  absl::Status broken;
  const auto check = [&](v1::StreamScheduleResponse message) {
    if (!checker) checker.emplace(message.shape());
    broken = checker->Add(message.timeline());
    if (broken.ok()) receive(std::move(message));
    return broken.ok();
  };
  const grpc::Status status = impl_->Stream<v1::StreamScheduleRequest, v1::StreamScheduleResponse>(
      &v1::ScheduleService::Stub::StreamSchedule, request, options, check);
  if (!broken.ok()) return broken;
  if (!status.ok()) return FromGrpcStatus(status);
  if (!checker) return absl::DataLossError("the server sent no message");
  return checker->Finish();
}

absl::StatusOr<v1::RenderScheduleResponse> Client::RenderSchedule(
    const v1::RenderScheduleRequest& request, const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::RenderSchedule, request, options);
}

absl::StatusOr<v1::ExportScheduleResponse> Client::ExportSchedule(
    const v1::ExportScheduleRequest& request, const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::ExportSchedule, request, options);
}

absl::StatusOr<v1::ValidateScheduleResponse> Client::ValidateSchedule(
    const v1::ValidateScheduleRequest& request, const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::ValidateSchedule, request, options);
}

absl::StatusOr<v1::CompareSchedulesResponse> Client::CompareSchedules(
    const v1::CompareSchedulesRequest& request, const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::CompareSchedules, request, options);
}

absl::Status Client::SearchSchedule(
    const v1::SearchScheduleRequest& request,
    absl::FunctionRef<void(v1::SearchScheduleResponse message)> receive,
    const CallOptions& options) const {
  bool finished = false;
  absl::Status broken;
  const auto check = [&](v1::SearchScheduleResponse message) {
    finished = message.search().finished();
    if (finished && (request.with_timeline() || message.has_timeline())) {
      broken = CheckTimeline(message.timeline(), message.shape());
    }
    if (broken.ok()) receive(std::move(message));
    return broken.ok();
  };
  const grpc::Status status = impl_->Stream<v1::SearchScheduleRequest, v1::SearchScheduleResponse>(
      &v1::ScheduleService::Stub::SearchSchedule, request, options, check);
  if (!broken.ok()) return broken;
  if (!status.ok()) return FromGrpcStatus(status);
  return finished ? absl::OkStatus() : absl::DataLossError("the server sent no last message");
}

absl::StatusOr<v1::ListScheduleKindsResponse> Client::ListScheduleKinds(
    const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::ListScheduleKinds, v1::ListScheduleKindsRequest(),
                     options);
}

absl::StatusOr<v1::GetServerInfoResponse> Client::GetServerInfo(const CallOptions& options) const {
  return impl_->Call(&v1::ScheduleService::Stub::GetServerInfo, v1::GetServerInfoRequest(),
                     options);
}

absl::StatusOr<HealthStatus> Client::CheckHealth(const std::string& service,
                                                 const CallOptions& options) const {
  // Debian's gRPC has no header of grpc.health.v1. Its request is one string and
  // its response one enum, each of number 1: the wire format of these wrappers.
  using Stub =
      grpc::TemplatedGenericStub<google::protobuf::StringValue, google::protobuf::Int32Value>;
  google::protobuf::StringValue request;
  request.set_value(service);
  google::protobuf::Int32Value response;
  grpc::Status status;
  CallScope call(options, impl_->token, absl::Now() + options.timeout);
  grpc::CompletionQueue queue;
  const auto reader =
      Stub(impl_->channel)
          .PrepareUnaryCall(call.context(), "/grpc.health.v1.Health/Check", request, &queue);
  reader->StartCall();
  reader->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return FromGrpcStatus(status);
  switch (response.value()) {
    case 1: return HealthStatus::kServing;
    case 2: return HealthStatus::kNotServing;
    default: return HealthStatus::kUnknown;
  }
}

}  // namespace pipesched::client
