#include "daemon/self_test.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/handlers.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

// P = 4, M = 8, F = 1, B = 2: (M + P - 1)(F + B).
constexpr int kStages = 4;
constexpr int kMicrobatches = 8;
constexpr double kMakespan = 33;

template <typename Request>
Request SmallRequest() {
  Request request;
  request.mutable_pipeline()->set_num_stages(kStages);
  request.mutable_pipeline()->set_num_microbatches(kMicrobatches);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  return request;
}

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::StrCat("self-test: ", what));
}

}  // namespace

absl::Status RunSelfTest(const Limits& limits) {
  v1::ComputeScheduleResponse schedule;
  absl::Status status = HandlePlanCall(SmallRequest<v1::ComputeScheduleRequest>(),
                                       {limits, NeverCancelled}, schedule);
  if (!status.ok()) return Failed(status.message());
  if (schedule.metrics().makespan() != kMakespan) {
    return Failed(
        absl::StrCat("a makespan is ", schedule.metrics().makespan(), ", want ", kMakespan));
  }
  auto render = SmallRequest<v1::RenderScheduleRequest>();
  render.set_format(v1::RENDER_FORMAT_PNG);
  v1::RenderScheduleResponse picture;
  status = HandlePlanCall(render, {limits, NeverCancelled}, picture);
  if (!status.ok()) return Failed(status.message());
  constexpr char kPngMagic[] = "\x89PNG\r\n\x1a\n";
  if (!absl::StartsWith(picture.content(), kPngMagic)) return Failed("a picture is no PNG");
  return absl::OkStatus();
}

}  // namespace pipesched
