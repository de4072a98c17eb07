#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/convert/machine.h"
#include "daemon/convert/numbers.h"
#include "daemon/convert/picture.h"
#include "daemon/convert/pipeline.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "daemon/plan_cost.h"
#include "daemon/version.h"
#include "engine/model/slices.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "render/html.h"
#include "render/layout.h"
#include "render/pdf.h"
#include "render/png.h"
#include "render/svg.h"
#include "render/text_picture.h"

namespace pipesched {
namespace {

// A request longer than this as JSON is not put into its picture.
constexpr size_t kMaxRequestText = size_t{64} << 10;

// A picture of the smallest schedule takes milliseconds: as long as this many
// (stage, microbatch) take to compute.
constexpr int64_t kLeastPictureParts = int64_t{1} << 16;

constexpr int kMostCompared = 31;

// Chunks that a rank's slice is split into for a kind that needs several.
constexpr int kComparedChunks = 2;

struct FormatInfo {
  v1::RenderFormat format;
  const char* content_type;
};
constexpr FormatInfo kFormats[] = {
    {v1::RENDER_FORMAT_PNG, "image/png"},
    {v1::RENDER_FORMAT_SVG, "image/svg+xml"},
    {v1::RENDER_FORMAT_PDF, "application/pdf"},
    {v1::RENDER_FORMAT_HTML, "text/html; charset=utf-8"},
    {v1::RENDER_FORMAT_TEXT, "text/plain; charset=utf-8"},
};

const FormatInfo* FindFormat(v1::RenderFormat format) {
  for (const FormatInfo& info : kFormats) {
    if (info.format == format) return &info;
  }
  return nullptr;
}

std::string FormatNames() {
  std::string names;
  for (const FormatInfo& info : kFormats) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", v1::RenderFormat_Name(info.format));
  }
  return names;
}

// Kinds of which a rank holds several chunks take no pipeline of one, whatever its sizes.
bool NeedsChunks(const v1::Schedule& schedule) {
  const ScheduleKind* const kind = KindOf(schedule);
  if (kind == nullptr) return false;
  const PipelineShape one_chunk = {.num_ranks = 2, .chunks_per_rank = 1, .num_microbatches = 4};
  const RuleViolations broken = kind->check(one_chunk, {});
  return std::any_of(broken.begin(), broken.end(), [](const RuleViolation& violation) {
    return violation.value == RuleViolation::Value::kChunksPerRank;
  });
}

// Converts one schedule of a comparison. What is wrong with it is told below `field`.
PlanInput ConvertCompared(const v1::Schedule& schedule, const Pipeline& machine,
                          const std::string& field, const Limits& limits, Violations& violations) {
  Pipeline pipeline = machine;
  if (NeedsChunks(schedule)) {
    if (!HasUniformP2p(machine)) {
      violations.Add(absl::StrCat(field, ".kind"),
                     absl::StrCat(static_cast<int>(schedule.kind()), ": ", KindOf(schedule)->name,
                                  " splits the slice of a rank, want p2p_time, not a time for each "
                                  "boundary"));
      return {};
    }
    if (machine.stages.empty()) {  // Only its sizes are known.
      pipeline.shape.chunks_per_rank = kComparedChunks;
    } else {
      pipeline = SplitSlices(machine, kComparedChunks);
    }
  }
  Violations own;
  PlanInput input = ConvertMadeSchedule(schedule, std::move(pipeline), limits, own);
  for (const Violation& violation : own.list()) {
    absl::string_view rest = violation.field;
    const bool of_schedule = absl::ConsumePrefix(&rest, "schedule");
    violations.Add(of_schedule ? absl::StrCat(field, rest) : violation.field,
                   of_schedule ? violation.description
                               : absl::StrCat(violation.description, " (", field, ")"));
  }
  return input;
}

// The machine of a comparison whose first schedule is a custom order, which `query` gets.
Pipeline ConvertOrdersMachine(const v1::RenderScheduleRequest& request, const Limits& limits,
                              Cancelled cancelled, PlanQuery& query, Violations& violations) {
  query.input = ConvertPlanInput(request, limits, violations, cancelled);
  const int chunks = query.input.pipeline.shape.chunks_per_rank;
  if (chunks > 1) {
    violations.Add("pipeline.chunks_per_rank",
                   absl::StrCat(chunks, ": a comparison splits the slices of its ranks, want 1"));
  }
  return query.input.pipeline;
}

void PrepareComparison(const v1::RenderScheduleRequest& request, const Limits& limits,
                       Cancelled cancelled, PlanQuery& query, Violations& violations) {
  if (request.compared_size() > kMostCompared) {
    violations.Add("compared",
                   absl::StrCat(request.compared_size(), " entries, want at most ", kMostCompared));
    return;
  }
  if (!request.options().ranks().empty()) {
    violations.Add("options.ranks", absl::StrCat(request.options().ranks_size(),
                                                 " entries: a comparison shows all, want none"));
  }
  const int64_t before = violations.count();
  const bool custom = request.schedule().kind() == v1::SCHEDULE_KIND_CUSTOM;
  const v1::Pipeline* const pipeline = request.has_pipeline() ? &request.pipeline() : nullptr;
  Pipeline machine = custom ? ConvertOrdersMachine(request, limits, cancelled, query, violations)
                            : ConvertMachine(pipeline, kComparedChunks, limits, violations);
  // The kinds judge the sizes, whatever is wrong with the costs.
  if (violations.count() > before) {
    const PipelineShape shape = machine.shape;
    machine = {};
    machine.shape = shape;
  }
  if (!custom) {
    query.input = ConvertCompared(request.schedule(), machine, "schedule", limits, violations);
  }
  for (int i = 0; i < request.compared_size(); ++i) {
    query.compared.push_back(ConvertCompared(
        request.compared(i), machine, absl::StrCat("compared[", i, "]"), limits, violations));
  }
}

PictureLimits ToPictureLimits(const Limits& limits) {
  return {.max_side = limits.max_picture_side, .max_pixels = limits.max_picture_pixels};
}

absl::Status CheckPictureSize(absl::Span<const Subject> subjects, const PictureOptions& options,
                              const Limits& limits) {
  const std::optional<SizeExcess> excess = CheckSize(subjects, options, ToPictureLimits(limits));
  if (!excess) return absl::OkStatus();
  return LimitError(excess->message, {excess->is_side ? "max_picture_side" : "max_picture_pixels",
                                      excess->value, excess->max});
}

// What a picture says about itself: the program, the digest, and the request in
// protobuf's JSON, from which it can be made again, unless that is very long.
std::vector<FileText> FileTexts(const v1::RenderScheduleRequest& request, const Plan& plan) {
  std::vector<FileText> texts = {{"Software", absl::StrCat("pipesched ", Version())},
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

// A window begins before the end of the longest schedule.
absl::Status CheckWindow(const Plans& plans, const PictureOptions& options) {
  double end = 0;
  for (const auto& plan : plans) {
    end = std::max(end, plan->input.pipeline.scale.ToUnits(plan->timeline.makespan));
  }
  Violations violations;
  if (options.start_time > 0 && options.start_time >= end) {
    violations.Add("options.start_time",
                   absl::StrCat(FormatNumber(options.start_time),
                                ", want below the end of the schedule, ", FormatNumber(end)));
  }
  return violations.empty() ? absl::OkStatus() : violations.ToStatus();
}

absl::StatusOr<std::string> WriteScene(const Scene& scene, const v1::RenderScheduleRequest& request,
                                       const Plan& plan, Cancelled cancelled) {
  switch (request.format()) {
    case v1::RENDER_FORMAT_SVG: return WriteSvg(scene, FileTexts(request, plan), cancelled);
    case v1::RENDER_FORMAT_PDF: return WritePdf(scene, FileTexts(request, plan), cancelled);
    default: return WritePng(scene, FileTexts(request, plan), cancelled);
  }
}

absl::Status DrawAsText(absl::Span<const Subject> subjects, const PictureOptions& options,
                        const v1::RenderScheduleRequest& request, CallContext context,
                        v1::RenderScheduleResponse& response) {
  Violations unused;
  absl::StatusOr<TextPicture> picture = DrawText(
      subjects, options, ConvertTextStyle(request.options().text(), unused), context.cancelled);
  if (!picture.ok()) return picture.status();
  response.set_content(std::move(picture->text));
  response.set_width(picture->columns);
  response.set_height(picture->lines);
  return absl::OkStatus();
}

absl::Status DrawAsPage(absl::Span<const Subject> subjects, const PictureOptions& options,
                        CallContext context, v1::RenderScheduleResponse& response) {
  absl::StatusOr<std::string> page = WriteHtml(subjects, options, context.cancelled);
  if (!page.ok()) return page.status();
  response.set_content(*std::move(page));
  return absl::OkStatus();
}

absl::Status DrawAsImage(absl::Span<const Subject> subjects, const PictureOptions& options,
                         const v1::RenderScheduleRequest& request, const Plan& plan,
                         CallContext context, v1::RenderScheduleResponse& response) {
  absl::Status size = CheckPictureSize(subjects, options, context.limits);
  if (!size.ok()) return size;
  const absl::StatusOr<Scene> scene =
      LayOutComparison(subjects, options, ToPictureLimits(context.limits), context.cancelled);
  if (!scene.ok()) return scene.status();
  absl::StatusOr<std::string> content = WriteScene(*scene, request, plan, context.cancelled);
  if (!content.ok()) return content.status();
  response.set_content(*std::move(content));
  response.set_width(ScaledWidth(*scene));
  response.set_height(ScaledHeight(*scene));
  return absl::OkStatus();
}

absl::Status Draw(absl::Span<const Subject> subjects, const PictureOptions& options,
                  const v1::RenderScheduleRequest& request, const Plan& plan, CallContext context,
                  v1::RenderScheduleResponse& response) {
  switch (request.format()) {
    case v1::RENDER_FORMAT_TEXT: return DrawAsText(subjects, options, request, context, response);
    case v1::RENDER_FORMAT_HTML: return DrawAsPage(subjects, options, context, response);
    default: return DrawAsImage(subjects, options, request, plan, context, response);
  }
}

}  // namespace

absl::StatusOr<PlanQuery> Prepare(const v1::RenderScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled) {
  Violations violations;
  PlanQuery query;
  const bool compares = !request.compared().empty();
  if (compares) {
    PrepareComparison(request, limits, cancelled, query, violations);
  } else {
    query.input = ConvertPlanInput(request, limits, violations, cancelled);
  }
  if (FindFormat(request.format()) == nullptr) {
    violations.Add("format", absl::StrCat(static_cast<int>(request.format()), ", want one of ",
                                          FormatNames()));
  }
  (void)ConvertPictureOptions(request.options(),
                              compares ? 0 : query.input.pipeline.shape.num_ranks, violations);
  (void)ConvertTextStyle(request.options().text(), violations);
  if (!violations.empty()) return violations.ToStatus();
  query.answer_parts = PlanParts(query.input);
  for (const PlanInput& input : query.compared) query.answer_parts += PlanParts(input);
  query.answer_parts = std::max(kLeastPictureParts, query.answer_parts);
  return query;
}

absl::Status Answer(const Plans& plans, const v1::RenderScheduleRequest& request,
                    CallContext context, v1::RenderScheduleResponse& response) {
  std::vector<Subject> subjects;
  for (const auto& plan : plans) subjects.push_back(SubjectOf(*plan));
  Violations unused;
  const PictureOptions options =
      ConvertPictureOptions(request.options(), plans[0]->input.pipeline.shape.num_ranks, unused);
  absl::Status status = CheckWindow(plans, options);
  if (!status.ok()) return status;
  status = Draw(subjects, options, request, *plans[0], context, response);
  if (!status.ok()) return status;
  if (response.content().size() > static_cast<size_t>(context.limits.max_message_bytes)) {
    return TooLarge("picture", static_cast<int64_t>(response.content().size()), context.limits,
                    "ask for fewer ranks or microbatches");
  }
  response.set_content_type(FindFormat(request.format())->content_type);
  FillDigestsAndNotes(*plans[0], response);
  return absl::OkStatus();
}

int64_t PicturePixels(const v1::RenderScheduleRequest& request,
                      const v1::RenderScheduleResponse& response) {
  if (request.format() == v1::RENDER_FORMAT_TEXT) return 0;
  return int64_t{response.width()} * response.height();
}

void FillRenderFormats(v1::GetServerInfoResponse& response) {
  for (const FormatInfo& info : kFormats) response.add_render_formats(info.format);
}

}  // namespace pipesched
