#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "daemon/plan_cost.h"
#include "daemon/version.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "render/frame.h"
#include "render/layout.h"
#include "render/png.h"

namespace pipesched {
namespace {

// A request longer than this as JSON is not put into its picture.
constexpr size_t kMaxRequestText = size_t{64} << 10;

// A picture of the smallest schedule takes milliseconds: as long as this many
// (stage, microbatch) take to compute.
constexpr int64_t kLeastPictureParts = int64_t{1} << 16;

void CheckLabel(absl::string_view field, const std::string& label, int most,
                Violations& violations) {
  if (label.size() <= static_cast<size_t>(most)) return;
  violations.Add(absl::StrCat("options.", field),
                 absl::StrCat(label.size(), " bytes, want at most ", most));
}

PictureLimits ToPictureLimits(const Limits& limits) {
  return {.max_side = limits.max_picture_side, .max_pixels = limits.max_picture_pixels};
}

absl::Status CheckPictureSize(const Plan& plan, const Limits& limits) {
  const Frame frame = MakeFrame(plan.input.pipeline, plan.timeline.makespan);
  absl::Status status = CheckSize(frame, ToPictureLimits(limits));
  if (status.ok()) return status;
  const int side = std::max(frame.width, frame.height);
  if (side > limits.max_picture_side) {
    return LimitError(status.message(), {"max_picture_side", side, limits.max_picture_side});
  }
  return LimitError(status.message(), {"max_picture_pixels", int64_t{frame.width} * frame.height,
                                       limits.max_picture_pixels});
}

// What a picture says about itself: the program, the digest, and the request in
// protobuf's JSON, from which it can be made again, unless that is very long.
std::vector<PngText> FileTexts(const v1::RenderScheduleRequest& request, const Plan& plan) {
  std::vector<PngText> texts = {{"Software", absl::StrCat("pipesched ", Version())},
                                {"pipesched-digest", plan.digest}};
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(request, &json, options).ok() &&
      json.size() <= kMaxRequestText) {
    texts.push_back({"pipesched-request", std::move(json)});
  }
  return texts;
}

}  // namespace

absl::StatusOr<PlanQuery> Prepare(const v1::RenderScheduleRequest& request, const Limits& limits) {
  Violations violations;
  PlanQuery query;
  query.input = ConvertPlanInput(request, limits, violations);
  if (request.format() != v1::RENDER_FORMAT_PNG) {
    violations.Add("format",
                   absl::StrCat(static_cast<int>(request.format()), ", want RENDER_FORMAT_PNG"));
  }
  CheckLabel("title", request.options().title(), kMaxTitleBytes, violations);
  CheckLabel("time_unit", request.options().time_unit(), kMaxTimeUnitBytes, violations);
  if (!violations.empty()) return violations.ToStatus();
  query.answer_parts = std::max(kLeastPictureParts, PlanParts(query.input));
  return query;
}

absl::Status Answer(const Plan& plan, const std::vector<int>&,
                    const v1::RenderScheduleRequest& request, CallContext context,
                    v1::RenderScheduleResponse& response) {
  absl::Status size = CheckPictureSize(plan, context.limits);
  if (!size.ok()) return size;
  const PictureLabels labels{.schedule = std::string(plan.input.kind->name),
                             .title = request.options().title(),
                             .time_unit = request.options().time_unit(),
                             .digest = plan.digest};
  const absl::StatusOr<Scene> scene = LayOut(plan.input.pipeline, plan.order, plan.timeline,
                                             plan.metrics, labels, ToPictureLimits(context.limits));
  if (!scene.ok()) return scene.status();
  if (context.cancelled()) return absl::CancelledError("cancelled before drawing");
  absl::StatusOr<std::string> png = WritePng(*scene, FileTexts(request, plan));
  if (!png.ok()) return png.status();
  if (png->size() > static_cast<size_t>(context.limits.max_message_bytes)) {
    return TooLarge("picture", static_cast<int64_t>(png->size()), context.limits,
                    "ask for fewer ranks or microbatches");
  }
  response.set_content(*std::move(png));
  response.set_content_type("image/png");
  response.set_width(scene->width);
  response.set_height(scene->height);
  FillDigestsAndNotes(plan, response);
  return absl::OkStatus();
}

}  // namespace pipesched
