// gRPC's interoperability cases (doc/interop-test-descriptions.md of grpc/grpc), as far
// as our service has a method for them, over each transport of a real pipeschedd.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

constexpr char kSmall[] =
    "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B }";

class InteropTest : public testing::TestWithParam<bool> {  // over a Unix socket
 protected:
  InteropTest() {
    daemon_.emplace(std::vector<std::string>{
        "--listen", GetParam() ? "unix:" + folder_.File("s") : "127.0.0.1:0"});
    channel_ = client::MakeChannel(daemon_->addresses[0]);
    stub_ = v1::ScheduleService::NewStub(channel_);
  }

  grpc::Status CallUnknown(const std::string& method) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice nothing("");
    const auto call =
        stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&nothing, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

  const TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ScheduleService::Stub> stub_;
};

INSTANTIATE_TEST_SUITE_P(Transports, InteropTest, testing::Bool());

TEST_P(InteropTest, EmptyUnary) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse response;
  EXPECT_TRUE(stub_->GetServerInfo(&context, {}, &response).ok());
}

TEST_P(InteropTest, LargeUnary) {
  auto request = Parse<v1::ComputeScheduleRequest>(
      "pipeline { num_stages: 64 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B } "
      "view: VIEW_FULL");
  v1::ComputeScheduleResponse full;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->ComputeSchedule(&context, request, &full).ok());
    EXPECT_GT(full.ByteSizeLong(), size_t{4} << 20);
  }
  // The order that came back, as a request.
  v1::ExportScheduleRequest exported;
  *exported.mutable_pipeline() = request.pipeline();
  *exported.mutable_schedule() = request.schedule();
  exported.set_format(v1::EXPORT_FORMAT_ORDER);
  v1::ExportScheduleResponse order;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->ExportSchedule(&context, exported, &order).ok());
  }
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order(order.content());
  EXPECT_GT(request.ByteSizeLong(), size_t{1} << 20);
  grpc::ClientContext context;
  v1::ComputeScheduleResponse again;
  const grpc::Status status = stub_->ComputeSchedule(&context, request, &again);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(again.order_digest(), full.order_digest());
}

TEST_P(InteropTest, ServerStreaming) {
  grpc::ClientContext context;
  const auto reader = stub_->StreamSchedule(&context, Parse<v1::StreamScheduleRequest>(kSmall));
  v1::StreamScheduleResponse message;
  int64_t ops = 0;
  while (reader->Read(&message)) ops += message.timeline().starts_size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(ops, 2 * 4 * 8);
}

TEST_P(InteropTest, StatusCodeAndMessageAndSpecialLetters) {
  auto request = Parse<v1::ComputeScheduleRequest>(kSmall);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order("\t0F0 \u263a\u2f8b6\n");
  grpc::ClientContext context;
  v1::ComputeScheduleResponse response;
  const grpc::Status status = stub_->ComputeSchedule(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("schedule.order"));
  EXPECT_EQ(status.error_message().find('\n'), std::string::npos);
}

TEST_P(InteropTest, UnimplementedMethodAndService) {
  EXPECT_EQ(CallUnknown("/pipesched.v1.ScheduleService/NoSuchMethod").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallUnknown("/pipesched.v1.NoSuchService/ComputeSchedule").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_P(InteropTest, CancelAfterBegin) {
  grpc::ClientContext context;
  const auto reader = stub_->StreamSchedule(
      &context, Parse<v1::StreamScheduleRequest>("pipeline { num_stages: 64 num_microbatches: 8192 "
                                                 "} schedule { kind: SCHEDULE_KIND_1F1B }"));
  context.TryCancel();
  v1::StreamScheduleResponse message;
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_P(InteropTest, TimeoutOnSleepingServer) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
  v1::ComputeScheduleResponse response;
  const grpc::Status status = stub_->ComputeSchedule(
      &context,
      Parse<v1::ComputeScheduleRequest>("pipeline { num_stages: 4096 num_microbatches: 2048 } "
                                        "schedule { kind: SCHEDULE_KIND_1F1B }"),
      &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_P(InteropTest, CustomMetadata) {
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "test-initial");
  context.AddMetadata("x-other-bin", std::string("\xab\xab\xab\0", 4));
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(stub_->GetServerInfo(&context, {}, &response).ok());
  const auto& initial = context.GetServerInitialMetadata();
  const auto found = initial.find("x-request-id");
  ASSERT_NE(found, initial.end());
  EXPECT_EQ(std::string(found->second.data(), found->second.size()), "test-initial");
}

}  // namespace
}  // namespace pipesched
