// Work stops wherever it is: every question whether somebody still waits can end it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/handlers.h"
#include "engine/model/order_text.h"
#include "engine/order/one_f_one_b.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

// Does a call's work, asking `cancelled` from time to time.
using Work = std::function<absl::Status(Cancelled cancelled)>;

template <typename Response, typename Request>
Work PlanCall(const Request& request) {
  return [request](Cancelled cancelled) {
    Response response;
    return HandlePlanCall(request, {Limits(), cancelled}, response);
  };
}

Work ComputeCall(const std::string& request) {
  return PlanCall<v1::ComputeScheduleResponse>(Parse<v1::ComputeScheduleRequest>(request));
}

// Ends the work at its polls, one after another, the first ones all. Returns how many it has.
int EndAtAllPolls(const Work& work) {
  int all_polls = 0;
  EXPECT_THAT(work([&] { return ++all_polls < 0; }), IsOk());
  for (int stop_at = 1; stop_at <= all_polls; stop_at += stop_at < 16 ? 1 : 13) {
    int polls = 0;
    EXPECT_THAT(work([&] { return ++polls >= stop_at; }),
                StatusIs(absl::StatusCode::kCancelled, testing::_))
        << "at poll " << stop_at << " of " << all_polls;
    EXPECT_LE(polls, stop_at + 2);  // once more where what is cut short has no status
  }
  return all_polls;
}

TEST(StopTest, OfAPlanAndItsTimeline) {
  const Work work = ComputeCall(
      "pipeline { num_stages: 64 num_microbatches: 2048 } schedule { kind: SCHEDULE_KIND_1F1B } "
      "view: VIEW_FULL");
  // 262,144 ops: 4 polls while simulating, one a rank while measuring, one each
  // 16 KiB of 2.2 MB of text while hashing, one each 40,960 ops while answering.
  EXPECT_GT(EndAtAllPolls(work), 64 + 100);
}

constexpr int kRanks = 8;
constexpr int kMicrobatches = 16384;

std::string OrderText() { return FormatOrder(Make1F1BOrder({kRanks, 1, kMicrobatches}, {})); }

// The same as PyTorch writes it, with an FSDP action on each rank.
std::string CsvText() {
  std::string csv = absl::StrReplaceAll(OrderText(), {{" ", ","}});
  return absl::StrReplaceAll(csv, {{"\n", ",0RESHARD\n"}});
}

// Reading 2.2 MB: one poll each 64 KiB of text, one each 65,536 ops while checking.
constexpr int kLeastReadingPolls = 34;

TEST(StopTest, OfReadingAnOrder) {
  const std::string request = absl::StrCat(
      "pipeline { num_stages: 8 num_microbatches: 16384 } "
      "schedule { kind: SCHEDULE_KIND_CUSTOM order: \"",
      absl::StrReplaceAll(OrderText(), {{"\n", "\\n"}}), "\" }");
  const Limits limits;
  const auto compute = Parse<v1::ComputeScheduleRequest>(request);
  const int polls = EndAtAllPolls(
      [&](Cancelled cancelled) { return Prepare(compute, limits, cancelled).status(); });
  EXPECT_GT(polls, kLeastReadingPolls);
  absl::StatusOr<PlanQuery> query = Prepare(compute, limits);
  ASSERT_THAT(query, IsOk());
  const int key_polls =
      EndAtAllPolls([&](Cancelled cancelled) { return PlanKey(query->input, cancelled).status(); });
  EXPECT_GT(key_polls, 100);  // one each 16 KiB
  const auto validate = Parse<v1::ValidateScheduleRequest>(request);
  const int validate_polls = EndAtAllPolls([&](Cancelled cancelled) {
    v1::ValidateScheduleResponse response;
    return HandleValidateSchedule(validate, {limits, cancelled}, response);
  });
  EXPECT_GT(validate_polls, kLeastReadingPolls);
}

TEST(StopTest, OfReadingAFile) {
  v1::ExportScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(kRanks);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_pytorch_csv(CsvText());
  request.mutable_schedule()->mutable_fsdp_times()->set_reshard(1);
  request.set_format(v1::EXPORT_FORMAT_PYTORCH_CSV);
  const Limits limits;
  const int polls = EndAtAllPolls(
      [&](Cancelled cancelled) { return Prepare(request, limits, cancelled).status(); });
  EXPECT_GT(polls, kRanks * 2 * kMicrobatches / 8192);  // one each 8,192 cells
  const Work answer = PlanCall<v1::ExportScheduleResponse>(request);
  EXPECT_GT(EndAtAllPolls(answer), 2 * polls);  // The file is read again for what else it has.
}

// A comparison reads its order, too.
TEST(StopTest, OfReadingWhatIsDrawn) {
  v1::RenderScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(kRanks);
  request.mutable_pipeline()->set_num_microbatches(kMicrobatches);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  request.mutable_schedule()->set_order(OrderText());
  request.add_compared()->set_kind(v1::SCHEDULE_KIND_GPIPE);
  request.set_format(v1::RENDER_FORMAT_SVG);
  const Limits limits;
  const int polls = EndAtAllPolls(
      [&](Cancelled cancelled) { return Prepare(request, limits, cancelled).status(); });
  EXPECT_GT(polls, kLeastReadingPolls);
}

}  // namespace
}  // namespace pipesched
