// Orders in and out through the handlers: ExportSchedule's formats, files as custom orders,
// ValidateSchedule.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/handlers.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

CallContext Context(const Limits& limits) { return {limits, NeverCancelled}; }

// A custom schedule of this file.
std::string Csv(const std::string& text, const std::string& rest = "") {
  return absl::StrCat("schedule { kind: SCHEDULE_KIND_CUSTOM pytorch_csv: \"", text, "\" ", rest,
                      "} ");
}

absl::StatusOr<std::string> Export(const std::string& request, const Limits& limits = {}) {
  v1::ExportScheduleResponse response;
  const absl::Status status =
      HandlePlanCall(Parse<v1::ExportScheduleRequest>(request), Context(limits), response);
  if (!status.ok()) return status;
  return response.content();
}

absl::StatusOr<v1::ComputeScheduleResponse> Compute(const std::string& request) {
  const Limits limits;
  v1::ComputeScheduleResponse response;
  const absl::Status status =
      HandlePlanCall(Parse<v1::ComputeScheduleRequest>(request), Context(limits), response);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::ValidateScheduleResponse> Validate(const std::string& request,
                                                      const Limits& limits = {}) {
  v1::ValidateScheduleResponse response;
  const absl::Status status = HandleValidateSchedule(Parse<v1::ValidateScheduleRequest>(request),
                                                     Context(limits), response);
  if (!status.ok()) return status;
  return response;
}

constexpr char kCrissCrossed[] =
    "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\\n"
    "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\\n";

TEST(ExportTest, KeepsWhatAFileHas) {
  const std::string file =
      Csv("0UNSHARD,0F0,,0SEND_F0,0RECV_B0,0B0,0RESHARD\\n1RECV_F0,1F0,1B0,1SEND_B0");
  EXPECT_EQ(*Export(absl::StrCat("pipeline { } ", file, "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS")),
            "0UNSHARD,0F0,0SEND_F0,0RECV_B0,0B0,0RESHARD\n1RECV_F0,1F0,1B0,1SEND_B0\n");
  EXPECT_EQ(*Export(absl::StrCat("pipeline { } ", file, "format: EXPORT_FORMAT_PYTORCH_CSV")),
            "0UNSHARD,0F0,0B0,0RESHARD\n1F0,1B0\n");
  EXPECT_EQ(*Export(absl::StrCat("pipeline { } ", file, "format: EXPORT_FORMAT_ORDER")),
            "0F0 0B0\n1F0 1B0\n");
}

TEST(ExportTest, RepairProvesItsResult) {
  for (const char* transport : {"ASYNC", "PER_EDGE_FIFO", "PER_PAIR_FIFO", "RENDEZVOUS"}) {
    SCOPED_TRACE(transport);
    const auto content = Export(absl::StrCat(
        "pipeline { } ", Csv(kCrissCrossed), "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS ",
        "options { lowering: LOWERING_REPAIR transport: TRANSPORT_", transport, " }"));
    ASSERT_THAT(content, IsOk());
    v1::ValidateScheduleRequest request;
    request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
    request.mutable_schedule()->set_pytorch_csv(*content);
    v1::Transport value = v1::TRANSPORT_UNSPECIFIED;
    ASSERT_TRUE(v1::Transport_Parse(absl::StrCat("TRANSPORT_", transport), &value));
    request.set_transport(value);
    v1::ValidateScheduleResponse response;
    const Limits limits;
    ASSERT_THAT(HandleValidateSchedule(request, Context(limits), response), IsOk());
    EXPECT_TRUE(response.safe());
  }
  // Sends so late that no place of the receives helps: they are put elsewhere too.
  const auto moved = Export(absl::StrCat(
      "pipeline { } ", Csv("0F0,0RECV_B0,0B0,0SEND_F0\\n1RECV_F0,1F0,1B0,1SEND_B0\\n"),
      "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS options { lowering: LOWERING_REPAIR }"));
  EXPECT_EQ(*moved, "0F0,0SEND_F0,0RECV_B0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n");
  EXPECT_THAT(Export(absl::StrCat("pipeline { } ", Csv("0F0,0SEND_F0,0B0\\n1F0,1B0\\n"),
                                  "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS ",
                                  "options { lowering: LOWERING_REPAIR }")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("cannot be repaired: rank 0 #1 0SEND_F0: no rank has its")));
  EXPECT_THAT(Export(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n"),
                                  "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS ",
                                  "options { lowering: LOWERING_REPAIR }")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has no SEND and RECV")));
}

TEST(ExportTest, ACycleOfTheOpsCannotBeRepaired) {
  EXPECT_THAT(
      Export(absl::StrCat("pipeline { } ", Csv("0F0,0B0,0F1,0B1\\n1F0,1F1,1B0,1B1\\n"),
                          "format: EXPORT_FORMAT_PYTORCH_CSV_COMMS ",
                          "options { lowering: LOWERING_SAFE }")),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("order deadlocks: rank 0 at 0B0")));
}

TEST(ExportTest, RefusesWhatAFormatCannotSay) {
  const auto expect = [](const std::string& request, const std::string& message) {
    EXPECT_THAT(Export(request), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  };
  for (const char* kind : {"DUALPIPE", "CHIMERA"}) {
    expect(absl::StrCat("pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: "
                        "SCHEDULE_KIND_",
                        kind, " } format: EXPORT_FORMAT_PYTORCH_CSV"),
           "two replicas of the model, PyTorch wants each stage on one rank");
  }
  const std::string v = "pipeline { num_stages: 4 num_microbatches: 4 chunks_per_rank: 2 } ";
  const std::string zbv = absl::StrCat(v, "schedule { kind: SCHEDULE_KIND_ZBV } ");
  expect(absl::StrCat(zbv, "format: EXPORT_FORMAT_MEGATRON_ORDER"),
         "stage 2 is on rank 1, want rank 0 (s mod the number of ranks)");
  expect(absl::StrCat(zbv, "format: EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS"),
         "4 stages on 2 ranks, want a stage a rank");
  const std::string bfs = absl::StrCat(v, "schedule { kind: SCHEDULE_KIND_LOOPED_BFS } ");
  expect(absl::StrCat(bfs, "format: EXPORT_FORMAT_MEGATRON_ORDER"),
         "rank 0 runs 2B3, want the microbatches of a stage in sequence, 0 here");
  const std::string zb =
      "pipeline { num_stages: 2 num_microbatches: 4 } schedule { kind: SCHEDULE_KIND_ZB_H1 } ";
  expect(absl::StrCat(zb, "format: EXPORT_FORMAT_MEGATRON_ORDER"), "rank 0 runs 0I0, want full");
  expect(absl::StrCat(zb, "format: EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS"), "half a backward");
  expect(
      "pipeline { num_stages: 2 num_microbatches: 4 } schedule { kind: "
      "SCHEDULE_KIND_1F1B_OVERLAP } format: EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS",
      "is in a fused pair");
  expect(absl::StrCat(zb,
                      "format: EXPORT_FORMAT_ORDER options { dialect: 9 lowering: 8 "
                      "transport: 7 }"),
         "options.dialect = 9");
}

// The docstring of Megatron-LM's convert_schedule_table_to_order: P 2, V 2, M 5, groups of 3;
// with 5 warm-up forwards that is rank 1 (2(P - 1 - r) + (V - 1)g = 3) less 2.
TEST(ExportTest, MegatronsOrderListIsItsOwn) {
  const auto content = Export(
      "pipeline { num_stages: 4 chunks_per_rank: 2 num_microbatches: 5 } schedule { kind: "
      "SCHEDULE_KIND_INTERLEAVED_1F1B microbatch_group_size: 3 } "
      "format: EXPORT_FORMAT_MEGATRON_ORDER");
  EXPECT_EQ(*content,
            "[[1,1,1,2,2,2,-2,1,-2,1,-2,2,-1,2,-1,-1,-2,-2,-1,-1],\n"
            " [1,1,1,2,-2,2,-2,2,-2,1,-1,1,-1,2,-1,2,-2,-2,-1,-1]]\n");
}

TEST(ExportTest, DeepSpeedsInstructionsNameTheirBuffers) {
  EXPECT_EQ(*Export("pipeline { num_stages: 2 num_microbatches: 2 } schedule { kind: "
                    "SCHEDULE_KIND_1F1B } format: EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS"),
            "LoadMicroBatch(buffer_id=0) ForwardPass(buffer_id=0) SendActivation(buffer_id=0) "
            "LoadMicroBatch(buffer_id=1) ForwardPass(buffer_id=1) SendActivation(buffer_id=1) "
            "RecvGrad(buffer_id=0) BackwardPass(buffer_id=0) RecvGrad(buffer_id=1) "
            "BackwardPass(buffer_id=1) ReduceTiedGrads() ReduceGrads() OptimizerStep()\n"
            "RecvActivation(buffer_id=0) LoadMicroBatch(buffer_id=0) ForwardPass(buffer_id=0) "
            "BackwardPass(buffer_id=0) RecvActivation(buffer_id=1) SendGrad(buffer_id=0) "
            "LoadMicroBatch(buffer_id=1) ForwardPass(buffer_id=1) BackwardPass(buffer_id=1) "
            "SendGrad(buffer_id=1) ReduceTiedGrads() ReduceGrads() OptimizerStep()\n");
}

TEST(ExportTest, TimelineJsonIsTheResponse) {
  for (const char* costs : {"", "stage_costs { activation_bytes: 10 }"}) {
    const std::string plan = absl::StrCat("pipeline { num_stages: 4 num_microbatches: 2000 ", costs,
                                          " } schedule { kind: SCHEDULE_KIND_ZB_H1 } ");
    const auto json = Export(absl::StrCat(plan, "format: EXPORT_FORMAT_TIMELINE_JSON"));
    ASSERT_THAT(json, IsOk());
    v1::ComputeScheduleResponse read;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &read).ok());
    const auto response = Compute(absl::StrCat(plan, "view: VIEW_FULL"));
    ASSERT_THAT(response, IsOk());
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, *response));
    EXPECT_THAT(*json, HasSubstr("\"OP_KIND_BACKWARD_INPUT\""));
  }
}

TEST(ExportTest, RefusesAFileThatIsTooLarge) {
  Limits limits;
  limits.max_message_bytes = 5000;
  const std::string plan =
      "pipeline { num_stages: 4 num_microbatches: 100 } schedule { kind: SCHEDULE_KIND_1F1B } ";
  for (const char* format :
       {"PYTORCH_CSV_COMMS", "CHROME_TRACE", "TIMELINE_JSON", "DEEPSPEED_INSTRUCTIONS"}) {
    EXPECT_THAT(Export(absl::StrCat(plan, "format: EXPORT_FORMAT_", format), limits),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("want at most 5000: ask for fewer ranks or microbatches")));
  }
}

TEST(ExportTest, StopsWhenItIsCancelled) {
  const auto request = Parse<v1::ExportScheduleRequest>(
      "pipeline { num_stages: 2 num_microbatches: 4 } schedule { kind: SCHEDULE_KIND_1F1B } "
      "format: EXPORT_FORMAT_CHROME_TRACE");
  const Limits limits;
  auto query = Prepare(request, limits);
  ASSERT_THAT(query, IsOk());
  const auto plan = ComputePlan(std::move(query->input), NeverCancelled);
  ASSERT_THAT(plan, IsOk());
  v1::ExportScheduleResponse response;
  EXPECT_THAT(Answer(*plan, {}, request, {limits, [] { return true; }}, response),
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("cancelled")));
}

TEST(CsvOrderTest, IsTheOrderTextsPlan) {
  const auto csv =
      Compute(absl::StrCat("pipeline { } ", Csv("0F0,0SEND_F0,0RECV_B0,0B0\\n1F0,1B0\\n")));
  const auto text = Compute(
      "pipeline { } schedule { kind: SCHEDULE_KIND_CUSTOM order: \"0F0 0B0\\n1F0 1B0\\n\" }");
  ASSERT_THAT(csv, IsOk());
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(csv->digest(), text->digest());
  EXPECT_EQ(csv->order_digest(), text->order_digest());
}

// 0.5, F 1, F 1 and B 2 on the other rank, B 2, and 1 at the end; before the last 0.25 twice.
TEST(CsvOrderTest, FsdpActionsTakeTheirTimes) {
  const std::string file = "0UNSHARD,0F0,0B0,0REDUCE_GRAD,0RESHARD\\n1UNSHARD,1F0,1B0\\n";
  const auto times = Compute(absl::StrCat(
      "pipeline { } ", Csv(file, "fsdp_times { unshard: 0.5 reduce_grad: 1 }"), "view: VIEW_FULL"));
  ASSERT_THAT(times, IsOk());
  EXPECT_EQ(times->metrics().makespan(), 7.5);
  EXPECT_THAT(times->timeline().starts(), ElementsAre(0.5, 4.5, 1.5, 2.5));
  EXPECT_EQ(times->metrics().ranks(0).busy(), 3);
  EXPECT_EQ(times->metrics().bubble_rate(), 9.0 / 15);
  const auto none = Compute(absl::StrCat("pipeline { } ", Csv(file)));
  EXPECT_EQ(none->metrics().makespan(), 6);
  EXPECT_NE(none->digest(), times->digest());
  EXPECT_EQ(none->order_digest(), times->order_digest());
}

TEST(CsvOrderTest, ATimeThatNoActionTakesCountsNowhere) {
  const auto none = Compute(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n")));
  const auto unused =
      Compute(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n", "fsdp_times { unshard: 1e300 }")));
  ASSERT_THAT(unused, IsOk());
  EXPECT_EQ(unused->metrics().makespan(), 3);
  EXPECT_EQ(unused->digest(), none->digest());
}

TEST(CsvOrderTest, SaysWhatIsWrong) {
  const auto expect = [](const std::string& request, const std::string& message) {
    EXPECT_THAT(Compute(request), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  };
  expect(absl::StrCat("pipeline { } ", Csv("0F0,2BW0\\n")),
         "schedule.pytorch_csv = row 1, column 2: \"2BW0\", want");
  expect(absl::StrCat("pipeline { } ", Csv("0SEND_F0\\n")), "no op, want an order");
  expect(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n", "order: \"0F0 0B0\\n\"")),
         "set beside pytorch_csv");
  expect(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n", "csv_dialect: 7")),
         "schedule.csv_dialect = 7, want CSV_DIALECT_PYTORCH");
  expect(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n", "fsdp_times { unshard: -1 }")),
         "schedule.fsdp_times.unshard = -1, want [0, inf)");
  expect(absl::StrCat("pipeline { } ", Csv("0F0,0B0\\n1F0\\n")), "schedule.pytorch_csv");
  expect(
      "pipeline { num_stages: 1 num_microbatches: 1 } schedule { kind: SCHEDULE_KIND_1F1B "
      "pytorch_csv: \"0F0\" csv_dialect: CSV_DIALECT_PYTORCH }",
      "1f1b makes its own");
  expect(
      "pipeline { } schedule { kind: SCHEDULE_KIND_CUSTOM order: \"0F0 0B0\\n\" fsdp_times { } }",
      "want it with pytorch_csv");
}

TEST(ValidateScheduleTest, TellsFindings) {
  const auto response = Validate(Csv(kCrissCrossed));
  ASSERT_THAT(response, IsOk());
  EXPECT_FALSE(response->safe());
  ASSERT_EQ(response->findings_size(), 1);
  EXPECT_EQ(response->findings(0).rule(), v1::RULE_DEADLOCK);
  EXPECT_EQ(response->findings(0).action(), "0SEND_F1");
  EXPECT_EQ(response->transport(), v1::TRANSPORT_PER_PAIR_FIFO);
  EXPECT_EQ(response->num_stages(), 2);
  EXPECT_EQ(response->num_microbatches(), 2);
  EXPECT_EQ(response->action_count(), 16);
  EXPECT_TRUE(Validate(absl::StrCat(Csv(kCrissCrossed), "transport: TRANSPORT_ASYNC"))->safe());
}

TEST(ValidateScheduleTest, TakesOrderTextKindsAndSizes) {
  EXPECT_TRUE(Validate("schedule { kind: SCHEDULE_KIND_CUSTOM order: \"0F0 0B0\\n\" }")->safe());
  // As many microbatches as the request says.
  EXPECT_EQ(Validate("pipeline { num_microbatches: 2 } "
                     "schedule { kind: SCHEDULE_KIND_CUSTOM order: \"0F0 0B0\\n\" }")
                ->finding_count(),
            2);
  const std::string pipeline = "pipeline { num_stages: 4 num_microbatches: 8 } ";
  for (const char* kind : {"1F1B", "ZB_H1", "DUALPIPE"}) {
    const auto response =
        Validate(absl::StrCat(pipeline, "schedule { kind: SCHEDULE_KIND_", kind, " }"));
    ASSERT_THAT(response, IsOk());
    EXPECT_TRUE(response->safe());
    EXPECT_FALSE(response->has_transfers());
  }
  const auto lowered = Validate(
      absl::StrCat(pipeline, "schedule { kind: SCHEDULE_KIND_1F1B } lowering: LOWERING_EAGER"));
  ASSERT_THAT(lowered, IsOk());
  EXPECT_TRUE(lowered->has_transfers());
}

TEST(ValidateScheduleTest, ABidirectionalOrderIsOne) {
  const auto text = Export(
      "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_DUALPIPE } "
      "format: EXPORT_FORMAT_ORDER");
  ASSERT_THAT(text, IsOk());
  v1::ValidateScheduleRequest request;
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order(*text);
  v1::ValidateScheduleResponse response;
  const Limits limits;
  ASSERT_THAT(HandleValidateSchedule(request, Context(limits), response), IsOk());
  EXPECT_TRUE(response.safe());
}

TEST(ValidateScheduleTest, RefusesWhatItCannotRead) {
  const auto expect = [](const std::string& request, auto message) {
    EXPECT_THAT(Validate(request), StatusIs(absl::StatusCode::kInvalidArgument, message));
  };
  expect(Csv("0F0,x\\n"), HasSubstr("row 1, column 2: \"x\""));
  expect("", HasSubstr("schedule = unset"));
  expect(absl::StrCat(Csv("0F0,0B0\\n"), "transport: 9 lowering: LOWERING_SAFE"),
         AllOf(HasSubstr("transport = 9"), HasSubstr("lowering = 2")));
  expect(absl::StrCat("pipeline { num_stages: -1 chunks_per_rank: 3 } ", Csv("0F0,0B0\\n")),
         AllOf(HasSubstr("pipeline.num_stages = -1"), HasSubstr("chunks_per_rank = 3")));
  expect(Csv("0F0,0B0\\n", "stage_to_rank: 4"), HasSubstr("stage_to_rank[0] = 4, want [0, 0]"));
  Limits limits;
  limits.max_microbatches = 4;
  limits.max_ranks = 1;
  EXPECT_THAT(Validate(Csv("0F7,0B0\\n"), limits),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("pytorch_csv = names 8 as num_microbatches, want at most 4")));
  EXPECT_THAT(Validate(Csv("0F0,0B0\\n0F1\\n"), limits),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("want at most 1 rows")));
}

}  // namespace
}  // namespace pipesched
