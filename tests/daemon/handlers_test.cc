#include "daemon/handlers.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kFourByEight[] =
    "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B } ";

CallContext Context(const Limits& limits) { return {limits, NeverCancelled}; }

absl::StatusOr<v1::ComputeScheduleResponse> Compute(const v1::ComputeScheduleRequest& request,
                                                    const Limits& limits = {}) {
  v1::ComputeScheduleResponse response;
  absl::Status status = HandlePlanCall(request, Context(limits), response);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::ComputeScheduleResponse> Compute(const std::string& request,
                                                    const Limits& limits = {}) {
  return Compute(Parse<v1::ComputeScheduleRequest>(request), limits);
}

TEST(HandleComputeScheduleTest, FourByEight) {
  const auto response = Compute(kFourByEight);
  ASSERT_THAT(response, IsOk());
  const v1::Metrics& metrics = response->metrics();
  EXPECT_EQ(metrics.makespan(), 33);
  EXPECT_DOUBLE_EQ(metrics.bubble_rate(), 9.0 / 33);
  EXPECT_DOUBLE_EQ(metrics.bubble_overhead(), 0.375);
  EXPECT_EQ(metrics.lower_bound(), 33);
  EXPECT_EQ(metrics.critical_path().compute_time(), 33);
  ASSERT_EQ(metrics.ranks_size(), 4);
  EXPECT_EQ(metrics.ranks(0).peak_activations(), 4);
  EXPECT_FALSE(response->has_timeline());
  EXPECT_THAT(response->digest(), SizeIs(64));
}

TEST(HandleComputeScheduleTest, FullHasTheTimeline) {
  const auto response = Compute(
      "pipeline { num_stages: 2 num_microbatches: 2 p2p_time: 0.5 } "
      "schedule { kind: SCHEDULE_KIND_1F1B } view: VIEW_FULL");
  ASSERT_THAT(response, IsOk());
  const auto expected = Parse<v1::Timeline>(R"(
    rank_offsets: [ 0, 4, 8 ]
    kinds: [ OP_KIND_FORWARD, OP_KIND_FORWARD, OP_KIND_BACKWARD, OP_KIND_BACKWARD,
             OP_KIND_FORWARD, OP_KIND_BACKWARD, OP_KIND_FORWARD, OP_KIND_BACKWARD ]
    stages: [ 0, 0, 0, 0, 1, 1, 1, 1 ]
    microbatches: [ 0, 1, 0, 1, 0, 0, 1, 1 ]
    starts: [ 0, 1, 5, 8, 1.5, 2.5, 4.5, 5.5 ]
    ends: [ 1, 2, 7, 10, 2.5, 4.5, 5.5, 7.5 ]
    fused: [ false, false, false, false, false, false, false, false ]
    critical: [ true, false, false, true, true, true, true, true ])");
  EXPECT_TRUE(MessageDifferencer::Equals(response->timeline(), expected))
      << response->timeline().DebugString();
}

// F takes 10 bytes, of which I leaves 5 to W; the rank holds 3 more all the time.
TEST(HandleComputeScheduleTest, FullHasTheMemoryWhereThereIsAny) {
  const auto response = Compute(
      "pipeline { stage_costs { activation_bytes: 10 static_bytes: 3 } } "
      "schedule { kind: SCHEDULE_KIND_CUSTOM order: '0F0 0I0 0F1 0W0 0B1\\n' } view: VIEW_FULL");
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->timeline().held_bytes(), ElementsAre(13, 13, 18, 18, 13));
}

// A kind's own order, given as a custom one, is timed the same.
TEST(HandleComputeScheduleTest, ACustomOrderIsAnyKindsOrder) {
  const Limits limits;
  for (const char* kind : {"kind: SCHEDULE_KIND_ZBV", "kind: SCHEDULE_KIND_DUALPIPE",
                           "kind: SCHEDULE_KIND_INTERLEAVED_1F1B"}) {
    SCOPED_TRACE(kind);
    const bool is_bidirectional =
        absl::string_view(kind).find("DUALPIPE") != absl::string_view::npos;
    const std::string pipeline =
        absl::StrCat("pipeline { num_stages: ", is_bidirectional ? 4 : 8,
                     " chunks_per_rank: ", is_bidirectional ? 1 : 2,
                     " num_microbatches: 8 p2p_time: 0.25 stage_costs { overlapped_pair: 2.5 } } ");
    const std::string made = absl::StrCat(pipeline, "schedule { ", kind, " } ");
    v1::ExportScheduleResponse file;
    ASSERT_THAT(HandlePlanCall(Parse<v1::ExportScheduleRequest>(
                                   absl::StrCat(made, "format: EXPORT_FORMAT_ORDER")),
                               Context(limits), file),
                IsOk());
    auto request = Parse<v1::ComputeScheduleRequest>(pipeline);
    request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
    request.mutable_schedule()->set_order(file.content());
    const auto given = Compute(request, limits);
    const auto expected = Compute(made);
    ASSERT_THAT(given, IsOk());
    EXPECT_EQ(given->order_digest(), expected->order_digest());
    EXPECT_NE(given->digest(), expected->digest());
    EXPECT_TRUE(MessageDifferencer::Equals(given->metrics(), expected->metrics()));
    EXPECT_TRUE(MessageDifferencer::Equals(given->shape(), expected->shape()));
  }
}

TEST(HandleComputeScheduleTest, ACustomOrderThatDeadlocksIsRefused) {
  EXPECT_THAT(
      Compute("pipeline {} schedule { kind: SCHEDULE_KIND_CUSTOM "
              "order: '0B0 0F0\\n1F0 1B0\\n' }"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "order deadlocks: rank 0 at 0B0 waits for 1B0; rank 1 at 1F0 waits for 0F0"));
}

TEST(HandleComputeScheduleTest, RanksFilterRowsAndColumnsAndNothingElse) {
  const auto all = Compute(absl::StrCat(kFourByEight, "view: VIEW_FULL"));
  const auto some = Compute(absl::StrCat(kFourByEight, "view: VIEW_FULL ranks: [3, 1, 3]"));
  ASSERT_THAT(some, IsOk());
  EXPECT_EQ(some->digest(), all->digest());
  EXPECT_EQ(some->order_digest(), all->order_digest());
  EXPECT_EQ(some->metrics().makespan(), all->metrics().makespan());
  ASSERT_EQ(some->metrics().ranks_size(), 2);
  EXPECT_EQ(some->metrics().ranks(0).rank(), 1);
  EXPECT_EQ(some->metrics().ranks(1).rank(), 3);
  EXPECT_THAT(some->timeline().rank_offsets(), ElementsAre(0, 0, 16, 16, 32));
  EXPECT_THAT(some->timeline().starts(), SizeIs(32));
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(some->timeline().starts(i), all->timeline().starts(16 + i));
    EXPECT_EQ(some->timeline().ends(16 + i), all->timeline().ends(48 + i));
    EXPECT_EQ(some->timeline().microbatches(16 + i), all->timeline().microbatches(48 + i));
  }
}

TEST(HandleComputeScheduleTest, TellsAllViolationsAtOnce) {
  EXPECT_THAT(Compute("pipeline { num_stages: 0 stage_costs { forward: -1 } } "
                      "schedule { kind: SCHEDULE_KIND_UNSPECIFIED } ranks: [-7, 7] view: 77"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::AllOf(HasSubstr("pipeline.num_stages = 0, want"),
                                      HasSubstr("pipeline.num_microbatches = 0, want"),
                                      HasSubstr("pipeline.stage_costs[0].forward = -1, want"),
                                      HasSubstr("schedule.kind = 0, want one of gpipe, 1f1b"),
                                      HasSubstr("ranks[0] = -7, want [0, ranks)"),
                                      HasSubstr("view = 77, want VIEW_SUMMARY"))));
}

TEST(HandleComputeScheduleTest, DigestDependsOnThePlanAlone) {
  const std::string base = Compute(kFourByEight)->digest();
  // The same plan, asked for in other words.
  for (const char* request :
       {"pipeline { num_stages: 4 num_microbatches: 8 chunks_per_rank: 1 p2p_time: 0 "
        "stage_costs { forward: 1 backward: 2 } } schedule { kind: SCHEDULE_KIND_1F1B }",
        "pipeline { num_stages: 4 num_microbatches: 8 p2p_time: -0.0 stage_costs {} stage_costs {} "
        "stage_costs { backward_input: 1 backward_weight: 1 } stage_costs {} "
        "p2p_times_backward: [0, 0, 0] } schedule { kind: SCHEDULE_KIND_1F1B } view: VIEW_FULL"}) {
    const auto response = Compute(request);
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->digest(), base) << request;
  }
  const auto gpipe = Compute(
      "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_GPIPE }");
  EXPECT_NE(gpipe->digest(), base);
  // One rank: the same order under two names is two plans.
  const auto one = Compute(
      "pipeline { num_stages: 1 num_microbatches: 1 } schedule { kind: SCHEDULE_KIND_GPIPE }");
  const auto other = Compute(
      "pipeline { num_stages: 1 num_microbatches: 1 } schedule { kind: SCHEDULE_KIND_1F1B }");
  EXPECT_EQ(one->order_digest(), other->order_digest());
  EXPECT_NE(one->digest(), other->digest());
}

TEST(HandleComputeScheduleTest, MemoryAboveTheLimitIsANote) {
  const auto response = Compute(
      "pipeline { num_stages: 2 num_microbatches: 4 stage_costs { activation_bytes: 10 } "
      "memory_limit_bytes: [19, 10] } schedule { kind: SCHEDULE_KIND_1F1B }");
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->notes_size(), 1);
  EXPECT_EQ(response->notes(0).code(), "MEMORY_LIMIT_EXCEEDED");
  EXPECT_EQ(response->notes(0).message(), "rank 0 holds 20 bytes at 0F1, its limit is 19");
  EXPECT_EQ(response->notes(0).metadata().at("bytes"), "20");
  EXPECT_EQ(response->metrics().ranks(0).peak_op().microbatch(), 1);
}

TEST(HandleComputeScheduleTest, NotesOfSchedulesWithSplitBackwards) {
  const auto codes = [](const std::string& cost, int microbatches, const std::string& kind) {
    const auto response = Compute(
        absl::StrCat("pipeline { num_stages: 3 num_microbatches: ", microbatches, " stage_costs { ",
                     cost, " } } schedule { kind: SCHEDULE_KIND_", kind, " }"));
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> result;
    for (const v1::Note& note : response->notes()) result.push_back(note.code());
    return result;
  };
  const std::string both = "backward_input: 1 backward_weight: 1";
  EXPECT_THAT(codes("", 5, "1F1B"), SizeIs(0));
  EXPECT_THAT(codes("", 1, "ZB_H1"), ElementsAre("BACKWARD_SPLIT_DEFAULTED"));
  EXPECT_THAT(codes("backward_input: 1", 1, "ZB_H1"), ElementsAre("BACKWARD_SPLIT_DEFAULTED"));
  EXPECT_THAT(codes(both, 1, "ZB_H1"), SizeIs(0));
  EXPECT_THAT(codes(both, 5, "ZB_H2"), SizeIs(0));
  EXPECT_THAT(codes(both, 4, "ZB_H2"), ElementsAre("BELOW_VALIDITY_LIMIT"));
}

TEST(HandleComputeScheduleTest, JsonHasTheDocumentedNames) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(
                  *Compute("pipeline { num_stages: 1 num_microbatches: 1 } "
                           "schedule { kind: SCHEDULE_KIND_1F1B } view: VIEW_FULL"),
                  &json, options)
                  .ok());
  for (const char* text :
       {R"("metrics":{"makespan":3,"bubble_rate":0,"bubble_overhead":0,"longest_rank_span":3,)"
        R"("longest_span_bubble_rate":0,"lower_bound":3,"gap":0,"ranks":[{"rank":0,"busy":3,)"
        R"("idle":0,"idle_before":0,"idle_between":0,"idle_after":0,"peak_activations":1,)"
        R"("peak_bytes":"0","peak_op":{"kind":"OP_KIND_FORWARD","stage":0,"microbatch":0}}])",
        R"("timeline":{"rank_offsets":[0,2],"kinds":["OP_KIND_FORWARD","OP_KIND_BACKWARD"],)"
        R"("stages":[0,0],"microbatches":[0,0],"starts":[0,1],"ends":[1,3],)"
        R"("fused":[false,false],"critical":[true,true],"held_bytes":[]})",
        R"("shape":{"num_ranks":1,"num_stages":1,"chunks_per_rank":1,"num_microbatches":1})",
        R"("digest":")", R"("order_digest":")", R"("notes":[])"}) {
    EXPECT_THAT(json, HasSubstr(text));
  }
}

TEST(HandleComputeScheduleTest, RefusesAResultThatIsTooLarge) {
  const std::string full = absl::StrCat(kFourByEight, "view: VIEW_FULL");
  Limits limits;
  limits.max_message_bytes = 1000;
  EXPECT_THAT(Compute(full, limits),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "timeline has 1344 bytes or more, want at most 1000: ask for fewer ranks, "
                       "or use StreamSchedule"));
  limits.max_message_bytes = 1500;
  EXPECT_THAT(Compute(full, limits),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::StartsWith("response has ")));
  EXPECT_THAT(Compute(absl::StrCat(full, " ranks: 0"), limits), IsOk());
}

// Asked again and again, in every step: whenever it says so, the work ends there.
TEST(HandleStreamScheduleTest, MessagesMergedAreTheFullView) {
  const std::string request =
      "pipeline { num_stages: 30 num_microbatches: 3000 } schedule { kind: SCHEDULE_KIND_1F1B } ";
  for (const char* ranks : {"", "ranks: [29, 2, 7]"}) {
    const Limits limits;
    const auto stream_request = Parse<v1::StreamScheduleRequest>(absl::StrCat(request, ranks));
    absl::StatusOr<PlanQuery> query = Prepare(stream_request, limits);
    ASSERT_THAT(query, IsOk());
    auto plan = ComputePlan(std::move(query->input), NeverCancelled);
    ASSERT_THAT(plan, IsOk());
    const auto stream = OpenStream(std::make_shared<const Plan>(*std::move(plan)), query->ranks);
    v1::StreamScheduleResponse message;
    v1::StreamScheduleResponse merged;
    int messages = 0;
    while (stream->Next(message)) {
      EXPECT_LE(message.ByteSizeLong(), (1u << 20) + 4096);
      EXPECT_EQ(message.has_metrics(), messages == 0);
      EXPECT_EQ(message.timeline().starts_size() == 0, messages == 0);
      merged.MergeFrom(message);
      ++messages;
    }
    EXPECT_GE(messages, 2);
    const auto full = Compute(absl::StrCat(request, ranks, " view: VIEW_FULL"));
    ASSERT_THAT(full, IsOk());
    EXPECT_EQ(merged.SerializeAsString(), full->SerializeAsString());
  }
}

// Handlers share nothing that changes: many at once give what one gives.
TEST(HandlersTest, ManyThreadsGetTheSameAnswers) {
  const Limits limits;
  const auto compute =
      Parse<v1::ComputeScheduleRequest>(absl::StrCat(kFourByEight, "view: VIEW_FULL"));
  const auto render =
      Parse<v1::RenderScheduleRequest>(absl::StrCat(kFourByEight, "format: RENDER_FORMAT_PNG"));
  std::vector<std::string> answers(8);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        v1::ComputeScheduleResponse computed;
        v1::RenderScheduleResponse rendered;
        const bool ok = HandlePlanCall(compute, Context(limits), computed).ok() &&
                        HandlePlanCall(render, Context(limits), rendered).ok();
        answer = ok ? computed.SerializeAsString() + rendered.content() : "";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(answers[0].empty());
  for (const std::string& answer : answers) EXPECT_EQ(answer, answers[0]);
}

TEST(HandleListScheduleKindsTest, ListsTheRegistry) {
  v1::ListScheduleKindsResponse response;
  HandleListScheduleKinds(response);
  ASSERT_EQ(response.kinds_size(), 19);
  EXPECT_THAT(response.kinds(6).parameters(), ElementsAre("schedule.microbatch_group_size"));
  EXPECT_THAT(response.kinds(18).parameters(),
              ElementsAre("schedule.order", "schedule.pytorch_csv", "schedule.csv_dialect",
                          "schedule.fsdp_times", "schedule.stage_to_rank"));
  EXPECT_EQ(response.kinds(14).placement(), v1::PLACEMENT_KIND_BIDIRECTIONAL);
  EXPECT_EQ(response.kinds(1).kind(), v1::SCHEDULE_KIND_1F1B);
  EXPECT_EQ(response.kinds(1).name(), "1f1b");
}

TEST(HandleGetServerInfoTest, TellsTheLimits) {
  Limits limits;
  limits.max_ops = 12345;
  v1::GetServerInfoResponse response;
  HandleGetServerInfo(limits, response);
  EXPECT_EQ(response.limits().max_ops(), 12345);
  EXPECT_EQ(response.limits().max_message_bytes(), 64 << 20);
  EXPECT_EQ(response.limits().max_order_text_bytes(), 32 << 20);
  EXPECT_EQ(response.api_version_high(), "v1");
  EXPECT_FALSE(response.version().empty() || response.commit().empty());
}

}  // namespace
}  // namespace pipesched
