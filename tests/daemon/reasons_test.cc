// Every reason of the registry, provoked over a real channel: it comes with its code,
// its metadata, and a delay exactly where a retry helps.

#include "daemon/reasons.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "daemon/server.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

constexpr char kHeavy[] =
    "pipeline { num_stages: 4096 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B } ";

// A server of its own for each reason.
class Service {
 public:
  explicit Service(const std::function<void(ServiceOptions&)>& change = [](ServiceOptions&) {}) {
    ServerOptions options;
    options.listen = {"unix:" + folder_.File("s")};
    change(options.service);
    auto server = Server::Start(options);
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
    channel_ = client::MakeChannel(server_->addresses()[0]);
  }

  absl::Status Compute(const std::string& request, const client::CallOptions& options = {}) const {
    return client::Client(channel_)
        .ComputeSchedule(Parse<v1::ComputeScheduleRequest>(request), options)
        .status();
  }

  absl::Status Search(const std::string& request) const {
    return client::Client(channel_).SearchSchedule(Parse<v1::SearchScheduleRequest>(request),
                                                   [](const v1::SearchScheduleResponse&) {});
  }

  // What the server says to a call that it hears nothing more of.
  absl::Status CallMethod(const std::string& method) const {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return client::FromGrpcStatus(status);
  }

  Server& server() const { return *server_; }

 private:
  const TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The status that the server gave a call that its caller had left.
class EndObserver : public CallObserver {
 public:
  void OnStart(absl::string_view, bool) override {}
  void OnPlanComputed(int64_t, int64_t, absl::Duration) override {}
  void OnEnd(const CallRecord& record) override { status = record.status; }
  absl::Status status;
};

absl::Status Abandon(const client::CallOptions& call_options,
                     const std::function<void(Service&)>& meanwhile) {
  EndObserver observer;
  {
    Service service([&](ServiceOptions& options) { options.observer = &observer; });
    std::thread caller([&] { (void)service.Compute(kHeavy, call_options); });
    meanwhile(service);
    caller.join();
    service.server().Stop(absl::ZeroDuration(), absl::Seconds(30));
  }
  return observer.status;
}

void WaitForCall(const Service& service) {
  while (service.server().service().calls_in_progress() == 0) std::this_thread::yield();
}

// How each reason comes about.
std::map<std::string, std::function<absl::Status()>> Provocations() {
  return {
      {"INVALID_REQUEST", [] { return Service().Compute("pipeline { num_stages: -1 }"); }},
      {"LIMIT_EXCEEDED",
       [] {
         return Service().Compute(
             "pipeline { num_stages: 4096 num_microbatches: 1048576 } "
             "schedule { kind: SCHEDULE_KIND_1F1B }");
       }},
      {"NO_ORDER_FITS",
       [] {
         return Service().Search(
             "pipeline { num_stages: 2 num_microbatches: 1 memory_limit_bytes: 1 "
             "stage_costs { activation_bytes: 2 } }");
       }},
      {"ORDER_DEADLOCKS",
       [] {
         return Service().Compute(
             "pipeline { num_stages: 2 num_microbatches: 1 } schedule { kind: SCHEDULE_KIND_CUSTOM "
             "order: \"0B0 0F0\\n1F0 1B0\\n\" }");
       }},
      {"OVERLOADED",
       [] {
         return Service([](ServiceOptions& options) { options.memory_bytes = 1 << 20; })
             .Compute(kHeavy);
       }},
      {"DRAINING",
       [] {
         Service service;
         service.server().service().Drain();
         return service.Compute(kHeavy);
       }},
      {"CANCELLED",
       [] {
         client::Cancellation cancellation;
         return Abandon({.cancellation = &cancellation}, [&](Service& service) {
           WaitForCall(service);
           cancellation.Cancel();
         });
       }},
      {"DEADLINE_EXCEEDED",
       [] { return Abandon({.timeout = absl::Milliseconds(100)}, WaitForCall); }},
      {"MAX_RPC_DURATION_EXCEEDED",
       [] {
         return Service([](ServiceOptions& options) {
                  options.max_rpc_duration = absl::Milliseconds(20);
                })
             .Compute(kHeavy);
       }},
      {"UNAUTHENTICATED",
       [] {
         return Service([](ServiceOptions& options) {
                  options.authorize = [](const grpc::CallbackServerContext&) {
                    return absl::UnauthenticatedError("no token");
                  };
                })
             .Compute(kHeavy);
       }},
      {"PEER_NOT_ALLOWED",
       [] {
         return Service([](ServiceOptions& options) {
                  options.authorize = [](const grpc::CallbackServerContext&) {
                    return absl::PermissionDeniedError("not you");
                  };
                })
             .Compute(kHeavy);
       }},
      {"UNKNOWN_METHOD",
       [] { return Service().CallMethod("/pipesched.v1.ScheduleService/Nothing"); }},
      {"INTERNAL",
       [] {
         return Service([](ServiceOptions& options) {
                  options.authorize = [](const grpc::CallbackServerContext&) {
                    return absl::InternalError("a secret of the server");
                  };
                })
             .Compute(kHeavy);
       }},
  };
}

class ReasonTest : public testing::TestWithParam<ReasonInfo> {};

TEST_P(ReasonTest, ComesWithItsCodeMetadataAndDelay) {
  const ReasonInfo& info = GetParam();
  const auto provocations = Provocations();
  const auto provoke = provocations.find(std::string(info.reason));
  ASSERT_NE(provoke, provocations.end()) << "no test provokes it";
  const absl::Status status = provoke->second();
  EXPECT_EQ(status.code(), info.code) << status;
  // Nobody hears why a call that was given up has ended: its code says all.
  if (info.reason == kCancelled || info.reason == kDeadlineExceeded) return;
  const client::ErrorDetails details = client::GetErrorDetails(status);
  EXPECT_EQ(details.reason, info.reason);
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
  if (info.code == absl::StatusCode::kResourceExhausted) {
    EXPECT_TRUE(details.retry_delay.has_value());
  } else {
    EXPECT_FALSE(details.retry_delay.has_value());
  }
  for (const absl::string_view key : absl::StrSplit(info.metadata, ", ", absl::SkipEmpty())) {
    EXPECT_EQ(details.metadata.count(std::string(key)), 1u) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReasonTest, testing::ValuesIn(AllReasons()),
                         [](const auto& param) { return std::string(param.param.reason); });

TEST(ReasonsTest, HaveNamesThatLast) {
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_THAT(std::string(info.reason), testing::MatchesRegex("[A-Z][A-Z0-9_]{0,61}[A-Z0-9]"));
    EXPECT_EQ(FindReason(info.reason), &info);
  }
  EXPECT_EQ(FindReason("NOTHING"), nullptr);
}

}  // namespace
}  // namespace pipesched
