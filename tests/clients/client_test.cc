#include "pipesched/client/client.h"

#include <gmock/gmock.h>
#include <google/rpc/status.pb.h>
#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Answers as the test says.
class FakeService final : public v1::ScheduleService::Service {
 public:
  std::function<grpc::Status(grpc::ServerContext&, v1::ComputeScheduleResponse&)> compute;
  std::vector<v1::StreamScheduleResponse> stream;
  std::string picture;

 private:
  grpc::Status ComputeSchedule(grpc::ServerContext* context, const v1::ComputeScheduleRequest*,
                               v1::ComputeScheduleResponse* response) override {
    return compute(*context, *response);
  }
  grpc::Status StreamSchedule(grpc::ServerContext*, const v1::StreamScheduleRequest*,
                              grpc::ServerWriter<v1::StreamScheduleResponse>* writer) override {
    for (const v1::StreamScheduleResponse& message : stream) writer->Write(message);
    return grpc::Status::OK;
  }
  grpc::Status RenderSchedule(grpc::ServerContext*, const v1::RenderScheduleRequest*,
                              v1::RenderScheduleResponse* response) override {
    response->set_content(picture);
    return grpc::Status::OK;
  }
};

class ClientTest : public testing::Test {
 protected:
  // Never undone: gRPC's shutdown can wait 10 s for the poller of a large write.
  static void SetUpTestSuite() { grpc_init(); }

  ClientTest() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.AddListeningPort(absl::StrCat("unix:", socket()), grpc::InsecureServerCredentials());
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(MakeChannel(absl::StrCat("127.0.0.1:", port_)));
  }
  ~ClientTest() override { server_->Shutdown(); }

  std::string socket() const { return folder_.File("s"); }

  // Waits in the handler until the caller stops waiting.
  static grpc::Status WaitForCancel(grpc::ServerContext& context) {
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  }

  TemporaryFolder folder_;
  FakeService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

// Two stages and a microbatch, as one message or in parts.
v1::StreamScheduleRequest MakeStreamRequest() {
  v1::StreamScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(2);
  request.mutable_pipeline()->set_num_microbatches(1);
  return request;
}

v1::StreamScheduleResponse MakeOffsets() {
  v1::StreamScheduleResponse message;
  message.mutable_shape()->set_num_ranks(2);
  message.mutable_shape()->set_num_stages(2);
  message.mutable_shape()->set_num_microbatches(1);
  for (const int offset : {0, 1, 2}) message.mutable_timeline()->add_rank_offsets(offset);
  return message;
}

v1::StreamScheduleResponse MakeOp(int stage) {
  v1::StreamScheduleResponse message;
  v1::Timeline& timeline = *message.mutable_timeline();
  timeline.add_kinds(v1::OP_KIND_FORWARD);
  timeline.add_stages(stage);
  timeline.add_microbatches(0);
  timeline.add_starts(0);
  timeline.add_ends(1);
  timeline.add_fused(false);
  timeline.add_critical(false);
  return message;
}

grpc::Status DetailedError() {
  google::rpc::Status details;
  details.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::ErrorInfo info;
  info.set_reason("OVERLOADED");
  (*info.mutable_metadata())["queue"] = "64";
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("a.b");
  bad_request.mutable_field_violations(0)->set_description("0, want 1");
  bad_request.add_field_violations()->set_field("c");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  details.add_details()->PackFrom(info);
  details.add_details()->PackFrom(bad_request);
  details.add_details()->PackFrom(retry);
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too much", details.SerializeAsString()};
}

// Refuses calls, and says how many milliseconds later to try again.
grpc::Status Refuse(grpc::ServerContext& context, const std::string& pushback) {
  context.AddTrailingMetadata("grpc-retry-pushback-ms", pushback);
  return DetailedError();
}

TEST_F(ClientTest, TriesAgainWhenTheServerSaysSo) {
  int calls = 0;
  service_.compute = [&](grpc::ServerContext& context, auto& response) {
    if (++calls < 5) return Refuse(context, "1");
    response.set_digest("d");
    return grpc::Status::OK;
  };
  const auto response = client_->ComputeSchedule({});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->digest(), "d");
  EXPECT_EQ(calls, 5);
}

TEST_F(ClientTest, DoesNotTryAgainOtherwise) {
  // One more than the deadline, none of numbers, and one that is too large for any.
  for (const char* pushback : {"-1", "31000", "soon", "99999999999999999999"}) {
    int calls = 0;
    service_.compute = [&](grpc::ServerContext& context, auto&) {
      ++calls;
      return Refuse(context, pushback);
    };
    EXPECT_THAT(client_->ComputeSchedule({}),
                StatusIs(absl::StatusCode::kResourceExhausted, "too much"))
        << pushback;
    EXPECT_EQ(calls, 1) << pushback;
  }
}

TEST_F(ClientTest, CancellationEndsTheWaitForAnotherAttempt) {
  absl::Notification refused;
  service_.compute = [&](grpc::ServerContext& context, auto&) {
    refused.Notify();  // twice would be fatal
    return Refuse(context, "3600000");
  };
  Cancellation cancellation;
  std::thread canceller([&] {
    refused.WaitForNotification();
    cancellation.Cancel();
  });
  EXPECT_THAT(
      client_->ComputeSchedule({}, {.timeout = absl::Hours(24), .cancellation = &cancellation}),
      StatusIs(absl::StatusCode::kCancelled, testing::_));
  canceller.join();
}

TEST_F(ClientTest, DecodesErrorDetails) {
  service_.compute = [](auto&, auto&) { return DetailedError(); };
  const auto response = client_->ComputeSchedule({});
  ASSERT_THAT(response, StatusIs(absl::StatusCode::kResourceExhausted, "too much"));
  const ErrorDetails details = GetErrorDetails(response.status());
  EXPECT_EQ(details.reason, "OVERLOADED");
  EXPECT_THAT(details.metadata, ElementsAre(Pair("queue", "64")));
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0].field, "a.b");
  EXPECT_EQ(details.violations[0].description, "0, want 1");
  EXPECT_EQ(details.violations[1].field, "c");
  EXPECT_EQ(details.retry_delay, absl::Milliseconds(1500));
}

TEST_F(ClientTest, AnErrorWithoutDetailsHasNone) {
  service_.compute = [](auto&, auto&) { return grpc::Status(grpc::StatusCode::ABORTED, "x"); };
  const auto plain = client_->ComputeSchedule({});
  ASSERT_THAT(plain, StatusIs(absl::StatusCode::kAborted, "x"));
  EXPECT_EQ(GetErrorDetails(plain.status()).reason, "");
  service_.compute = [](auto&, auto&) {
    return grpc::Status(grpc::StatusCode::ABORTED, "x", "no google.rpc.Status");
  };
  EXPECT_TRUE(GetErrorDetails(client_->ComputeSchedule({}).status()).violations.empty());
}

TEST_F(ClientTest, RefusesABrokenTimeline) {
  service_.compute = [](auto&, v1::ComputeScheduleResponse& response) {
    response.mutable_timeline()->add_kinds(v1::OP_KIND_FORWARD);
    return grpc::Status::OK;
  };
  EXPECT_THAT(client_->ComputeSchedule({}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("broken timeline")));
}

TEST_F(ClientTest, TheDeadlineEndsACall) {
  service_.compute = [](grpc::ServerContext& context, auto&) { return WaitForCancel(context); };
  EXPECT_THAT(client_->ComputeSchedule({}, {.timeout = absl::Milliseconds(50)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
}

TEST_F(ClientTest, AnotherThreadCancelsACall) {
  absl::Notification started;
  service_.compute = [&](grpc::ServerContext& context, auto&) {
    started.Notify();
    return WaitForCancel(context);
  };
  Cancellation cancellation;
  std::thread canceller([&] {
    started.WaitForNotification();
    cancellation.Cancel();
  });
  EXPECT_THAT(client_->ComputeSchedule({}, {.cancellation = &cancellation}),
              StatusIs(absl::StatusCode::kCancelled, testing::_));
  canceller.join();
  EXPECT_TRUE(cancellation.cancelled());
  // A later call ends as soon as it starts.
  EXPECT_THAT(client_->RenderSchedule({}, {.cancellation = &cancellation}),
              StatusIs(absl::StatusCode::kCancelled, testing::_));
}

TEST_F(ClientTest, StreamsMessagesInOrder) {
  service_.stream = {MakeOffsets(), MakeOp(0), MakeOp(1)};
  std::vector<int> sizes;
  ASSERT_THAT(client_->StreamSchedule(MakeStreamRequest(),
                                      [&](v1::StreamScheduleResponse message) {
                                        sizes.push_back(message.timeline().kinds_size());
                                      }),
              IsOk());
  EXPECT_THAT(sizes, ElementsAre(0, 1, 1));
}

TEST_F(ClientTest, RefusesAStreamThatIsNotWhole) {
  const auto stream = [&](std::vector<v1::StreamScheduleResponse> messages) {
    service_.stream = std::move(messages);
    return client_->StreamSchedule(MakeStreamRequest(), [](v1::StreamScheduleResponse) {});
  };
  EXPECT_THAT(stream({MakeOffsets(), MakeOp(0)}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 ops, rank_offsets end at 2")));
  EXPECT_THAT(stream({MakeOffsets(), MakeOp(0), MakeOp(1), MakeOp(1)}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("3 ops")));
  EXPECT_THAT(stream({MakeOffsets(), MakeOp(0), MakeOp(7)}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("stages has 7")));
  EXPECT_THAT(stream({}), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no message")));
}

// gRPC's own limit is 4 MiB.
TEST_F(ClientTest, ReceivesLargeResponses) {
  service_.picture = std::string(10 << 20, 'x');
  for (const std::string& target :
       {absl::StrCat("127.0.0.1:", port_), absl::StrCat("dns:///127.0.0.1:", port_),
        absl::StrCat("unix:", socket())}) {
    SCOPED_TRACE(target);
    const auto picture = Client(MakeChannel(target)).RenderSchedule({});
    ASSERT_THAT(picture, IsOk());
    EXPECT_EQ(picture->content().size(), service_.picture.size());
  }
}

TEST_F(ClientTest, UsesNoProxy) {
  for (const char* exception : {"no_grpc_proxy", "no_proxy", "NO_PROXY"}) unsetenv(exception);
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Client client(MakeChannel(absl::StrCat("127.0.0.1:", port_)));
  EXPECT_THAT(client.RenderSchedule({}), IsOk());
  unsetenv("http_proxy");
}

TEST_F(ClientTest, ChecksHealth) {
  const auto health = client_->CheckHealth("");
  ASSERT_THAT(health, IsOk());
  EXPECT_EQ(*health, HealthStatus::kServing);
  server_->GetHealthCheckService()->SetServingStatus("db", false);
  EXPECT_EQ(*client_->CheckHealth("db"), HealthStatus::kNotServing);
  EXPECT_THAT(client_->CheckHealth("none"), StatusIs(absl::StatusCode::kNotFound, testing::_));
}

TEST(ClientWithoutServerTest, SaysUnavailable) {
  const TemporaryFolder folder;
  const Client client(MakeChannel(absl::StrCat("unix:", folder.File("none"))));
  EXPECT_THAT(client.GetServerInfo(), StatusIs(absl::StatusCode::kUnavailable, testing::_));
}

}  // namespace
}  // namespace pipesched::client
