// A job of 16,384 ranks starts: each asks the daemon for its own part of one plan.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/daemon/requests.h"

namespace pipesched {
namespace {

constexpr int kCalls = 16384;
constexpr int kConnections = 256;
constexpr int kRanks = 64;

// What all calls were told.
class Tally {
 public:
  void Add(const grpc::Status& status, const v1::ComputeScheduleResponse& response, int rank,
           absl::Duration took) {
    const std::lock_guard<std::mutex> lock(mutex_);
    took_.push_back(took);
    if (!status.ok()) {
      errors_.insert(absl::StrCat(status.error_code(), " ", status.error_message()));
      return;
    }
    digests_.insert(response.digest());
    if (response.metrics().ranks_size() == 1 && response.metrics().ranks(0).rank() == rank)
      ++right_;
  }

  absl::Duration Quantile(double share) {
    std::sort(took_.begin(), took_.end());
    return took_[static_cast<size_t>(share * static_cast<double>(took_.size() - 1))];
  }

  const std::set<std::string>& errors() const { return errors_; }
  const std::set<std::string>& digests() const { return digests_; }
  int right() const { return right_; }

 private:
  std::mutex mutex_;
  std::vector<absl::Duration> took_;
  std::set<std::string> errors_;
  std::set<std::string> digests_;
  int right_ = 0;
};

// One call in progress; deletes itself.
struct Ask {
  grpc::ClientContext context;
  v1::ComputeScheduleRequest request;
  v1::ComputeScheduleResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::ComputeScheduleResponse>> reader;
  absl::Time start = absl::Now();
};

TEST(ManyRanksTest, OnePlanIsComputedOnceForAllRanks) {
  const TemporaryFolder folder;
  const std::string socket = "unix:" + folder.File("s");
  ProcessOptions options;
  options.timeout = absl::Minutes(4);
  Daemon daemon({"--listen", socket, "--admin-listen", "127.0.0.1:0", "--access-log", "failed"},
                options);

  std::vector<std::unique_ptr<v1::ScheduleService::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("connection", i);  // Equal channels would share a connection.
    stubs.push_back(v1::ScheduleService::NewStub(
        grpc::CreateCustomChannel(socket, grpc::InsecureChannelCredentials(), arguments)));
  }
  Tally tally;
  grpc::CompletionQueue queue;
  const absl::Time start = absl::Now();
  for (int i = 0; i < kCalls; ++i) {
    auto* ask = new Ask;
    ask->request = Parse<v1::ComputeScheduleRequest>(
        "pipeline { num_stages: 64 num_microbatches: 512 } schedule { kind: SCHEDULE_KIND_1F1B } "
        "view: VIEW_FULL");
    ask->request.add_ranks(i % kRanks);
    ask->reader = stubs[static_cast<size_t>(i % kConnections)]->AsyncComputeSchedule(
        &ask->context, ask->request, &queue);
    ask->reader->Finish(&ask->response, &ask->status, ask);
  }
  for (int i = 0; i < kCalls; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    const std::unique_ptr<Ask> ask(static_cast<Ask*>(tag));
    tally.Add(ask->status, ask->response, ask->request.ranks(0), absl::Now() - ask->start);
  }
  const absl::Duration took = absl::Now() - start;
  EXPECT_THAT(tally.errors(), testing::IsEmpty());
  EXPECT_EQ(tally.digests().size(), 1u);
  EXPECT_EQ(tally.right(), kCalls);
  EXPECT_THAT(HttpGet(daemon.admin, "/metrics").body,
              testing::HasSubstr("\npipesched_cache_misses_total 1"));
  std::printf("%d calls over %d connections: %s, median %s, p99 %s\n", kCalls, kConnections,
              absl::FormatDuration(took).c_str(), absl::FormatDuration(tally.Quantile(0.5)).c_str(),
              absl::FormatDuration(tally.Quantile(0.99)).c_str());
}

}  // namespace
}  // namespace pipesched
