// Ways to answer an RPC that no RPC of plans uses: work of its own, with one answer
// or several. Behind a real gRPC server in this process.

#include "daemon/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched {
namespace {

constexpr int64_t kForWorkers = kInlineParts + 1;

ServiceOptions OneWorkerAndAQueueOfOne() {
  ServiceOptions options;
  options.workers = 1;
  options.max_queued = 1;
  return options;
}

// Does what a test wants in place of two RPCs.
class Service final : public v1::ScheduleService::CallbackService {
 public:
  using Unary = std::function<absl::Status(CallContext, v1::GetServerInfoResponse&)>;
  using Send = std::function<void(v1::StreamScheduleResponse)>;
  using Stream = std::function<absl::Status(CallContext, const Send&)>;

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override {
    return answers.ByWork(context, "GetServerInfo", {2000, parts}, bytes, request, response,
                          [this, response](CallContext call) { return unary(call, *response); });
  }

  grpc::ServerWriteReactor<v1::StreamScheduleResponse>* StreamSchedule(
      grpc::CallbackServerContext* context, const v1::StreamScheduleRequest* request) override {
    return answers.StreamByWork<v1::StreamScheduleRequest, v1::StreamScheduleResponse>(
        context, "StreamSchedule", {2001, parts}, bytes, request,
        [this](CallContext call, const Send& send) { return stream(call, send); });
  }

  Unary unary;
  Stream stream;
  int64_t parts = kForWorkers;
  int64_t bytes = 0;
  Answers answers{OneWorkerAndAQueueOfOne()};
};

class AnswersTest : public testing::Test {
 protected:
  AnswersTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::ScheduleService::NewStub(server_->InProcessChannel({}));
  }

  ~AnswersTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status Call(std::string* version) {
    grpc::ClientContext context;
    v1::GetServerInfoResponse response;
    const grpc::Status status = stub_->GetServerInfo(&context, {}, &response);
    *version = response.version();
    return status;
  }

  grpc::Status Read(std::vector<std::string>* digests) {
    grpc::ClientContext context;
    const auto reader = stub_->StreamSchedule(&context, {});
    v1::StreamScheduleResponse message;
    while (reader->Read(&message)) digests->push_back(message.digest());
    return reader->Finish();
  }

  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::ScheduleService::Stub> stub_;
};

// On the thread that a call arrives on, and on a worker.
class AnswersAnywhereTest : public AnswersTest, public testing::WithParamInterface<int64_t> {
 protected:
  AnswersAnywhereTest() { service_.parts = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(All, AnswersAnywhereTest, testing::Values(1, kForWorkers));

TEST_P(AnswersAnywhereTest, WorkGivesItsAnswerOrItsError) {
  service_.unary = [](CallContext, v1::GetServerInfoResponse& response) {
    response.set_version("7");
    return absl::OkStatus();
  };
  std::string version;
  EXPECT_TRUE(Call(&version).ok());
  EXPECT_EQ(version, "7");
  service_.unary = [](CallContext, v1::GetServerInfoResponse&) {
    return absl::FailedPreconditionError("no");
  };
  EXPECT_EQ(Call(&version).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(service_.answers.calls().WaitUntilIdle(absl::Seconds(30)));
}

TEST_P(AnswersAnywhereTest, MessagesOfWorkArriveInOrderAndBeforeItsError) {
  std::vector<std::string> sent;
  for (int i = 0; i < 1000; ++i) sent.push_back(absl::StrCat(i));
  absl::Status result;
  service_.stream = [&](CallContext, const Service::Send& send) {
    for (const std::string& digest : sent) {
      v1::StreamScheduleResponse message;
      message.set_digest(digest);
      send(std::move(message));
    }
    return result;
  };
  std::vector<std::string> received;
  EXPECT_TRUE(Read(&received).ok());
  EXPECT_EQ(received, sent);
  received.clear();
  result = absl::FailedPreconditionError("no");
  EXPECT_EQ(Read(&received).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(received, sent);
}

TEST_F(AnswersTest, AMessageArrivesWhileTheWorkGoesOnAndACancelEndsIt) {
  service_.stream = [](CallContext call, const Service::Send& send) {
    v1::StreamScheduleResponse message;
    message.set_digest("first");
    send(message);
    while (!call.cancelled()) std::this_thread::yield();
    send(message);  // Goes nowhere.
    return absl::CancelledError("seen");
  };
  grpc::ClientContext context;
  const auto reader = stub_->StreamSchedule(&context, {});
  v1::StreamScheduleResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.digest(), "first");
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(service_.answers.calls().WaitUntilIdle(absl::Seconds(30)));
  EXPECT_EQ(service_.answers.calls().abandoned(), 1);
}

TEST_F(AnswersTest, WorkBeyondTheQueueIsRefused) {
  absl::Notification started, go_on;
  service_.stream = [&](CallContext, const Service::Send&) {
    started.Notify();
    go_on.WaitForNotification();
    return absl::OkStatus();
  };
  service_.unary = [](CallContext, v1::GetServerInfoResponse&) { return absl::OkStatus(); };
  // One runs, one waits, one is refused.
  std::vector<std::string> digests;
  std::thread running([&] { EXPECT_TRUE(Read(&digests).ok()); });
  started.WaitForNotification();
  std::thread waiting([&] {
    std::string version;
    EXPECT_TRUE(Call(&version).ok());
  });
  while (service_.answers.jobs().queued() < 1) std::this_thread::yield();
  std::string version;
  EXPECT_EQ(Call(&version).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  go_on.Notify();
  running.join();
  waiting.join();
}

}  // namespace
}  // namespace pipesched
