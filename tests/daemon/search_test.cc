// CompareSchedules and SearchSchedule, behind a real gRPC server in this process.

#include "daemon/convert/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/server.h"
#include "pipesched/client/client.h"
#include "pipesched/client/error.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

// A search that only time ends: its memory is short, and its bound is not reached.
constexpr char kEndless[] =
    "pipeline { num_stages: 8 num_microbatches: 24 p2p_time: 0.3 memory_limit_bytes: 9 "
    "stage_costs { activation_bytes: 2 weight_grad_bytes: 1 backward_input: 1.1 "
    "backward_weight: 0.7 } } time_budget: 3600 ";

class SearchServiceTest : public testing::Test {
 protected:
  SearchServiceTest() {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    server_ = *Server::Start(options);
    client_ = std::make_unique<client::Client>(client::MakeChannel(server_->addresses()[0]));
  }

  // All messages of a search.
  absl::StatusOr<std::vector<v1::SearchScheduleResponse>> Search(
      const std::string& request, const client::CallOptions& options = {}) const {
    std::vector<v1::SearchScheduleResponse> messages;
    const absl::Status status = client_->SearchSchedule(
        Parse<v1::SearchScheduleRequest>(request),
        [&](v1::SearchScheduleResponse message) { messages.push_back(std::move(message)); },
        options);
    if (!status.ok()) return status;
    return messages;
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<client::Client> client_;
};

// What ComputeSchedule says of an order that a search found.
v1::ComputeScheduleResponse Compute(const client::Client& client,
                                    const v1::SearchScheduleResponse& found) {
  v1::ComputeScheduleRequest request;
  *request.mutable_pipeline() = found.pipeline();
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order(found.order());
  auto response = client.ComputeSchedule(request);
  EXPECT_THAT(response, IsOk());
  return *std::move(response);
}

TEST_F(SearchServiceTest, TheLastMessageIsAPlanThatComputeScheduleKnows) {
  for (const std::string placement : {"LINEAR", "V", "ROUND_ROBIN", "ANY"}) {
    SCOPED_TRACE(placement);
    const auto messages = Search(absl::StrCat(
        "pipeline { num_stages: 3 num_microbatches: 6 p2p_time: 0.25 memory_limit_bytes: 7 "
        "stage_costs { forward: 0.7 activation_bytes: 2 } } candidate_budget: 3000 "
        "with_timeline: true placement: SEARCH_PLACEMENT_",
        placement));
    ASSERT_THAT(messages, IsOk());
    const v1::SearchScheduleResponse& last = messages->back();
    EXPECT_TRUE(last.search().finished());
    EXPECT_GE(last.search().objective_value(), last.search().bound());
    EXPECT_EQ(last.search().objective_value(), last.metrics().makespan());
    const v1::ComputeScheduleResponse computed = Compute(*client_, last);
    EXPECT_EQ(computed.digest(), last.digest());
    EXPECT_EQ(computed.order_digest(), last.order_digest());
    EXPECT_EQ(computed.metrics().SerializeAsString(), last.metrics().SerializeAsString());
    EXPECT_EQ(last.timeline().kinds_size(), last.timeline().rank_offsets(3));
    for (const v1::RankMetrics& rank : last.metrics().ranks()) EXPECT_LE(rank.peak_bytes(), 7);
  }
}

TEST_F(SearchServiceTest, DelayedStartsAreInTheTimelineAndTheMetrics) {
  // The example: two ranks wait for memory.
  const auto messages = Search(
      "pipeline { num_stages: 4 num_microbatches: 8 p2p_time: 4 memory_limit_bytes: 8 "
      "stage_costs { forward: 10 backward_input: 12 backward_weight: 6 activation_bytes: 2 "
      "weight_grad_bytes: 1 } } candidate_budget: 20000 with_timeline: true "
      "objective: SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START");
  ASSERT_THAT(messages, IsOk());
  const v1::SearchScheduleResponse& last = messages->back();
  EXPECT_EQ(last.search().objective_value(), last.metrics().longest_rank_span());
  double longest = 0;
  const v1::Timeline& timeline = last.timeline();
  for (int r = 0; r < 4; ++r) {
    longest = std::max(longest, timeline.ends(timeline.rank_offsets(r + 1) - 1) -
                                    timeline.starts(timeline.rank_offsets(r)));
  }
  EXPECT_EQ(longest, last.search().objective_value());
  EXPECT_LE(longest, Compute(*client_, last).metrics().longest_rank_span());
}

TEST_F(SearchServiceTest, ACandidateBudgetGivesTheSameAnswerEveryTime) {
  const std::string request =
      "pipeline { num_stages: 4 num_microbatches: 8 memory_limit_bytes: 5 p2p_time: 0.5 "
      "stage_costs { activation_bytes: 2 } } candidate_budget: 5000 seed: 3 ";
  const auto one = Search(request);
  const auto other = Search(request + "threads: 4");
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(one->back().digest(), other->back().digest());
  EXPECT_EQ(one->back().search().candidates(), other->back().search().candidates());
}

TEST_F(SearchServiceTest, EndsBeforeTheDeadlineWithTheBestSoFarAndANote) {
  const auto messages = Search(kEndless, {.timeout = absl::Seconds(2)});
  ASSERT_THAT(messages, IsOk());
  const v1::SearchScheduleResponse& last = messages->back();
  EXPECT_TRUE(last.search().finished());
  ASSERT_EQ(last.notes().empty(), false);
  EXPECT_EQ(last.notes().rbegin()->code(), "SEARCH_STOPPED");
  EXPECT_EQ(last.notes().rbegin()->metadata().at("cause"), "DEADLINE");
  EXPECT_EQ(Compute(*client_, last).digest(), last.digest());
}

TEST_F(SearchServiceTest, WhoCancelsHasTheBestSoFarAndTheWorkStops) {
  client::Cancellation cancellation;
  v1::SearchScheduleResponse best;
  const absl::Status status = client_->SearchSchedule(Parse<v1::SearchScheduleRequest>(kEndless),
                                                      [&](v1::SearchScheduleResponse message) {
                                                        if (!message.order().empty())
                                                          best = std::move(message);
                                                        cancellation.Cancel();
                                                      },
                                                      {.cancellation = &cancellation});
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_EQ(Compute(*client_, best).digest(), best.digest());
  // Ends though the budget is an hour: the test's own time limit is the bound.
  while (server_->service().calls_in_progress() > 0) std::this_thread::yield();
}

TEST_F(SearchServiceTest, TellsAllThatIsWrong) {
  const auto messages = Search(
      "pipeline { num_stages: 2 num_microbatches: 4 chunks_per_rank: 2 } placement: 9 "
      "objective: 7 time_budget: -1 candidate_budget: 0 target_gap: -1 threads: 99 ranks: -1");
  ASSERT_TRUE(absl::IsInvalidArgument(messages.status()));
  std::vector<std::string> fields;
  for (const auto& violation : client::GetErrorDetails(messages.status()).violations) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, testing::UnorderedElementsAre("pipeline.chunks_per_rank", "placement",
                                                    "objective", "time_budget", "candidate_budget",
                                                    "target_gap", "threads", "ranks[0]"));
}

TEST_F(SearchServiceTest, RefusesMemoryThatNoOrderFitsAndNamesTheSmallestThatIs) {
  const auto messages = Search(
      "pipeline { num_stages: 2 num_microbatches: 4 memory_limit_bytes: 10 memory_limit_bytes: 11 "
      "stage_costs { activation_bytes: 7 static_bytes: 4 } }");
  ASSERT_TRUE(absl::IsInvalidArgument(messages.status()));
  const client::ErrorDetails details = client::GetErrorDetails(messages.status());
  EXPECT_EQ(details.reason, "NO_ORDER_FITS");
  const auto& violations = details.violations;
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "pipeline.memory_limit_bytes[0]");
  EXPECT_EQ(violations[0].description,
            "10: no order fits, rank 0 needs 11 bytes for 0F0, want at least 11");
}

TEST_F(SearchServiceTest, RefusesWhatIsTooLargeToSearch) {
  const auto messages = Search("pipeline { num_stages: 64 num_microbatches: 4096 }");
  ASSERT_TRUE(absl::IsInvalidArgument(messages.status()));
  EXPECT_EQ(client::GetErrorDetails(messages.status()).reason, "LIMIT_EXCEEDED");
}

TEST_F(SearchServiceTest, TheCurveFallsAsTheLimitRises) {
  const auto messages = Search(
      "pipeline { num_stages: 4 num_microbatches: 8 stage_costs { activation_bytes: 2 } } "
      "candidate_budget: 20000 pareto: true");
  ASSERT_THAT(messages, IsOk());
  const v1::SearchScheduleResponse& last = messages->back();
  ASSERT_GE(last.pareto_size(), 3);
  EXPECT_EQ(last.pareto(0).memory_limit_bytes(), 2);
  for (int i = 1; i < last.pareto_size(); ++i) {
    EXPECT_LT(last.pareto(i).objective_value(), last.pareto(i - 1).objective_value());
    EXPECT_GT(last.pareto(i).memory_limit_bytes(), last.pareto(i - 1).memory_limit_bytes());
    EXPECT_LE(last.pareto(i).peak_bytes(), last.pareto(i).memory_limit_bytes());
  }
  EXPECT_EQ(last.pareto().rbegin()->order(), last.order());
}

TEST_F(SearchServiceTest, ComparesKindsAsComputeScheduleDoes) {
  const auto compared = client_->CompareSchedules(Parse<v1::CompareSchedulesRequest>(
      "pipeline { num_stages: 4 num_microbatches: 8 p2p_time: 0.5 } chunks_per_rank: 1"));
  ASSERT_THAT(compared, IsOk());
  int rows = 0;
  double last = 0;
  for (const v1::ComparisonRow& row : compared->rows()) {
    if (!row.left_out().empty()) continue;
    ++rows;
    EXPECT_GE(row.metrics().makespan(), last);
    last = row.metrics().makespan();
    v1::ComputeScheduleRequest request;
    request.mutable_pipeline()->set_num_stages(4);
    request.mutable_pipeline()->set_num_microbatches(8);
    request.mutable_pipeline()->set_p2p_time(0.5);
    request.mutable_schedule()->set_kind(row.kind());
    const auto computed = client_->ComputeSchedule(request);
    ASSERT_THAT(computed, IsOk());
    EXPECT_EQ(row.digest(), computed->digest());
    EXPECT_EQ(row.metrics().SerializeAsString(), computed->metrics().SerializeAsString());
  }
  EXPECT_EQ(rows, 8);
}

TEST_F(SearchServiceTest, KindsOfSeveralStagesNeedOneTransferTime) {
  const auto compared = client_->CompareSchedules(Parse<v1::CompareSchedulesRequest>(
      "pipeline { num_stages: 2 num_microbatches: 4 p2p_times_forward: 1 "
      "p2p_times_backward: 2 }"));
  ASSERT_THAT(compared, IsOk());
  for (const v1::ComparisonRow& row : compared->rows()) {
    if (row.name() == "zbv") {
      EXPECT_THAT(row.left_out(), HasSubstr("per boundary"));
    } else if (row.name() == "1f1b") {
      EXPECT_EQ(row.left_out(), "");
    }
  }
}

}  // namespace
}  // namespace pipesched
