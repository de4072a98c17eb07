#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/convert/schedule.h"
#include "daemon/handlers.h"
#include "engine/order/registry.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kFourByEight[] =
    "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B } ";

CallContext Context(const Limits& limits) { return {limits, NeverCancelled}; }

TEST(HandleExportScheduleTest, WritesOrderText) {
  const Limits limits;
  v1::ExportScheduleResponse response;
  ASSERT_THAT(
      HandlePlanCall(Parse<v1::ExportScheduleRequest>(
                         "pipeline { num_stages: 1 num_microbatches: 2 } "
                         "schedule { kind: SCHEDULE_KIND_1F1B } format: EXPORT_FORMAT_ORDER"),
                     Context(limits), response),
      IsOk());
  EXPECT_EQ(response.content(), "0F0 0B0 0F1 0B1\n");
  // printf '0F0 0B0 0F1 0B1\n' | sha256sum
  EXPECT_EQ(response.order_digest(),
            "3b71e214e7b76c651d4ddc145bdd786df944f640fd9d64c2eb2a8cbb5efbb9d5");
  EXPECT_THAT(
      HandlePlanCall(Parse<v1::ExportScheduleRequest>(kFourByEight), Context(limits), response),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          HasSubstr("format = 0, want one of EXPORT_FORMAT_ORDER, EXPORT_FORMAT_PYTORCH_CSV,")));
}

TEST(HandleExportScheduleTest, RefusesAFileThatIsTooLarge) {
  Limits limits;
  v1::ExportScheduleResponse response;
  const auto request = Parse<v1::ExportScheduleRequest>(
      absl::StrCat(kFourByEight, "format: EXPORT_FORMAT_ORDER"));  // 64 ops, 256 bytes
  limits.max_message_bytes = 255;
  EXPECT_THAT(HandlePlanCall(request, Context(limits), response),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "order text has 256 bytes or more, want at most 255: use StreamSchedule"));
  limits.max_message_bytes = 256;
  ASSERT_THAT(HandlePlanCall(request, Context(limits), response), IsOk());
  EXPECT_EQ(response.content().size(), 256u);
}

TEST(HandleRenderScheduleTest, DrawsAPng) {
  const Limits limits;
  v1::RenderScheduleResponse response;
  const auto request = Parse<v1::RenderScheduleRequest>(absl::StrCat(
      kFourByEight, "format: RENDER_FORMAT_PNG options { title: 'a title' time_unit: 'ms' }"));
  ASSERT_THAT(HandlePlanCall(request, Context(limits), response), IsOk());
  EXPECT_EQ(response.content_type(), "image/png");
  EXPECT_EQ(response.content().substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_GT(response.width(), 800);
  EXPECT_THAT(response.content(), HasSubstr("a title"));  // the request, in a text chunk
  v1::ComputeScheduleResponse computed;
  ASSERT_THAT(
      HandlePlanCall(Parse<v1::ComputeScheduleRequest>(kFourByEight), Context(limits), computed),
      IsOk());
  EXPECT_EQ(response.digest(), computed.digest());
  v1::RenderScheduleResponse again;
  ASSERT_THAT(HandlePlanCall(request, Context(limits), again), IsOk());
  EXPECT_EQ(again.content(), response.content());
}

TEST(HandleRenderScheduleTest, DrawsEveryFormatOfTheServer) {
  const Limits limits;
  v1::GetServerInfoResponse info;
  HandleGetServerInfo(limits, info);
  EXPECT_EQ(info.render_formats_size(), v1::RenderFormat_ARRAYSIZE - 1);
  for (const int format : info.render_formats()) {
    SCOPED_TRACE(v1::RenderFormat_Name(format));
    auto request = Parse<v1::RenderScheduleRequest>(kFourByEight);
    request.set_format(static_cast<v1::RenderFormat>(format));
    v1::RenderScheduleResponse response;
    ASSERT_THAT(HandlePlanCall(request, Context(limits), response), IsOk());
    EXPECT_FALSE(response.content().empty());
    EXPECT_FALSE(response.content_type().empty());
    const bool sized = format != v1::RENDER_FORMAT_HTML;
    EXPECT_EQ(response.width() > 0, sized);
    EXPECT_EQ(response.height() > 0, sized);
    EXPECT_EQ(PicturePixels(request, response) > 0, sized && format != v1::RENDER_FORMAT_TEXT);
  }
}

TEST(HandleRenderScheduleTest, DrawsEveryKindInEveryFormatWithTheSameBytes) {
  const Limits limits;
  v1::GetServerInfoResponse info;
  HandleGetServerInfo(limits, info);
  int pictures = 0;
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;  // "custom"
    auto request = Parse<v1::RenderScheduleRequest>(
        "pipeline { num_stages: 4 num_microbatches: 8 p2p_time: 0.25 "
        "stage_costs { activation_bytes: 1000 } memory_limit_bytes: 9000 } "
        "options { show_arrows: true show_critical_path: true }");
    if (!kind.check({.num_ranks = 4, .chunks_per_rank = 1, .num_microbatches = 8}, {}).empty()) {
      request.mutable_pipeline()->set_num_stages(8);
      request.mutable_pipeline()->set_chunks_per_rank(2);
    }
    request.mutable_schedule()->set_kind(ToProto(kind));
    for (const int format : info.render_formats()) {
      SCOPED_TRACE(absl::StrCat(kind.name, " ", v1::RenderFormat_Name(format)));
      request.set_format(static_cast<v1::RenderFormat>(format));
      v1::RenderScheduleResponse response;
      ASSERT_THAT(HandlePlanCall(request, Context(limits), response), IsOk());
      v1::RenderScheduleResponse again;
      ASSERT_THAT(HandlePlanCall(request, Context(limits), again), IsOk());
      EXPECT_FALSE(response.content().empty());
      EXPECT_TRUE(response.content() == again.content());
      ++pictures;
    }
  }
  EXPECT_GE(pictures, 18 * 5);
}

TEST(HandleRenderScheduleTest, ComparesSchedulesOfOneMachine) {
  const Limits limits;
  v1::RenderScheduleResponse response;
  const auto draw = [&](const std::string& rest) {
    return HandlePlanCall(Parse<v1::RenderScheduleRequest>(
                              absl::StrCat(kFourByEight, "format: RENDER_FORMAT_TEXT ", rest)),
                          Context(limits), response);
  };
  // Slices of F = 1 and B = 2: by closed forms 33, 27, and (6M + P - 1) / 2 of halves.
  ASSERT_THAT(draw("compared { kind: SCHEDULE_KIND_ZB_H1 } compared { kind: SCHEDULE_KIND_ZBV }"),
              IsOk());
  for (const char* makespan : {"makespan 33 ", "makespan 27 ", "makespan 25.5 "}) {
    EXPECT_THAT(response.content(), HasSubstr(makespan));
  }
  v1::ComputeScheduleResponse computed;
  ASSERT_THAT(
      HandlePlanCall(Parse<v1::ComputeScheduleRequest>(kFourByEight), Context(limits), computed),
      IsOk());
  EXPECT_EQ(response.digest(), computed.digest());
  EXPECT_THAT(draw("compared { kind: SCHEDULE_KIND_CHIMERA } compared {}"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("compared[1].kind = 0")));
  EXPECT_THAT(draw("compared { kind: SCHEDULE_KIND_CUSTOM }"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("compared[0].kind = custom")));
  // A custom order says the sizes; what follows is made for them.
  v1::RenderScheduleRequest custom = Parse<v1::RenderScheduleRequest>(
      "pipeline {} schedule { kind: SCHEDULE_KIND_CUSTOM order: '0F0 0B0\\n1F0 1B0\\n' } "
      "compared { kind: SCHEDULE_KIND_GPIPE } format: RENDER_FORMAT_TEXT");
  ASSERT_THAT(HandlePlanCall(custom, Context(limits), response), IsOk());
  EXPECT_THAT(response.content(), AllOf(HasSubstr("custom"), HasSubstr("gpipe")));
  custom.mutable_schedule()->set_order("0F0 1F0 1B0 0B0\n");
  EXPECT_THAT(HandlePlanCall(custom, Context(limits), response),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("pipeline.chunks_per_rank = 2: a comparison splits")));
  // Equal times for each boundary are one time; others cannot be split. The costs that are
  // wrong are told with the kinds that are.
  const auto with_p2p = [&](const std::string& times) {
    return HandlePlanCall(
        Parse<v1::RenderScheduleRequest>(absl::StrCat(
            "pipeline { num_stages: 2 num_microbatches: 4 p2p_times_forward: 1 "
            "p2p_times_backward: ",
            times,
            " } schedule { kind: SCHEDULE_KIND_1F1B } "
            "compared { kind: SCHEDULE_KIND_ZBV } compared { kind: SCHEDULE_KIND_V_HALF } "
            "format: RENDER_FORMAT_TEXT")),
        Context(limits), response);
  };
  EXPECT_THAT(with_p2p("1"), IsOk());
  EXPECT_THAT(with_p2p("2"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("compared[0].kind = "), HasSubstr("compared[1].kind = "),
                             HasSubstr("want p2p_time"))));
  EXPECT_THAT(HandlePlanCall(Parse<v1::RenderScheduleRequest>(
                                 "pipeline { num_stages: 3 num_microbatches: 4 stage_costs { "
                                 "forward: -1 } } schedule { kind: SCHEDULE_KIND_ZBV } compared { "
                                 "kind: SCHEDULE_KIND_DUALPIPE } format: RENDER_FORMAT_TEXT"),
                             Context(limits), response),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("stage_costs[0].forward = -1"),
                             HasSubstr("pipeline.num_stages = 3: dualpipe"))));
  std::string many;
  for (int i = 0; i < 32; ++i) many += "compared { kind: SCHEDULE_KIND_GPIPE } ";
  // Sizes above the limits, before anything is split: one record stands for all ranks.
  EXPECT_THAT(HandlePlanCall(Parse<v1::RenderScheduleRequest>(
                                 "pipeline { num_stages: 2000000000 num_microbatches: 2147483647 "
                                 "stage_costs { } } schedule { kind: SCHEDULE_KIND_CHIMERA } "
                                 "compared { kind: SCHEDULE_KIND_ZBV } format: RENDER_FORMAT_SVG"),
                             Context(limits), response),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("pipeline.num_stages = 2000000000, want [1, "),
                             HasSubstr("pipeline.num_microbatches = 2147483647, want [1, "))));
  EXPECT_THAT(draw(many), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("compared = 32 entries, want at most 31")));
}

TEST(HandleRenderScheduleTest, RefusesWhatItCannotDraw) {
  Limits limits;
  v1::RenderScheduleResponse response;
  const auto render = [&](const std::string& rest) {
    return HandlePlanCall(Parse<v1::RenderScheduleRequest>(absl::StrCat(kFourByEight, rest)),
                          Context(limits), response);
  };
  EXPECT_THAT(render(""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("format = 0, want one of RENDER_FORMAT_PNG, RENDER_FORMAT_SVG")));
  EXPECT_THAT(
      render(absl::StrCat("format: RENDER_FORMAT_PNG options { title: '", std::string(1025, 'x'),
                          "' time_unit: '", std::string(65, 'x'), "' }")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "options.title = 1025 bytes, want at most 1024; options.time_unit = 65 "
               "bytes, want at most 64"));
  limits.max_picture_pixels = 1000;
  EXPECT_THAT(render("format: RENDER_FORMAT_PNG"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1000")));
}
}  // namespace
}  // namespace pipesched
