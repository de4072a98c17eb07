#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/convert/csv_order.h"
#include "daemon/convert/exchange.h"
#include "daemon/convert/order_file.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "daemon/convert/timeline_json.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "daemon/plan_cost.h"
#include "engine/exchange/chrome_trace.h"
#include "engine/exchange/frameworks.h"
#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/exchange/validate.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

// Every kind runs at least a forward and a backward of each (stage, microbatch).
constexpr int64_t kLeastOpsAMicrobatch = 2;

// Lowering, or a trace, takes about as long as computing this many times the plan.
constexpr int64_t kFileFactor = 8;

constexpr absl::string_view kAdvice = "ask for fewer ranks or microbatches";

bool IsCsv(v1::ExportFormat format) {
  return format == v1::EXPORT_FORMAT_PYTORCH_CSV || format == v1::EXPORT_FORMAT_PYTORCH_CSV_COMMS;
}

absl::Status Refuse(absl::string_view field, std::string description) {
  Violations violations;
  violations.Add(std::string(field), std::move(description));
  return violations.ToStatus();
}

// Refusals of an engine function that are about the request.
template <typename T>
absl::StatusOr<T> AboutFormat(absl::StatusOr<T> result, v1::ExportFormat format) {
  if (!absl::IsFailedPrecondition(result.status())) return result;
  return Refuse("format",
                absl::StrCat(v1::ExportFormat_Name(format), ": ", result.status().message()));
}

void CheckFormat(v1::ExportFormat format, const PlanInput& input, Violations& violations) {
  if (!v1::ExportFormat_IsValid(format) || format == v1::EXPORT_FORMAT_UNSPECIFIED) {
    std::string known;
    for (int i = 1; i < v1::ExportFormat_ARRAYSIZE; ++i) {
      absl::StrAppend(&known, i == 1 ? "" : ", ", v1::ExportFormat_Name(i));
    }
    violations.Add("format", absl::StrCat(static_cast<int>(format), ", want one of ", known));
  }
  const bool has_replicas =
      (input.given && input.given->placement.num_replicas() > 1) ||
      (input.kind != nullptr && input.kind->placement == PlacementKind::kBidirectional);
  if (IsCsv(format) && has_replicas) {
    violations.Add("format", absl::StrCat(v1::ExportFormat_Name(format),
                                          ": the schedule has two replicas of the model, PyTorch "
                                          "wants each stage on one rank"));
  }
}

void CheckOptions(const v1::ExportOptions& options, Violations& violations) {
  ConvertDialect(options.dialect(), "options.dialect", violations);
  ConvertTransport(options.transport(), "options.transport", violations);
  if (!v1::Lowering_IsValid(options.lowering())) {
    violations.Add("options.lowering",
                   absl::StrCat(static_cast<int>(options.lowering()),
                                ", want LOWERING_EAGER, LOWERING_SAFE or LOWERING_REPAIR"));
  }
}

// What the request asks to export, with all that a given file has.
absl::StatusOr<Program> ProgramOf(const Plan& plan, const v1::Schedule& schedule,
                                  const CallContext& context) {
  if (!schedule.has_pytorch_csv()) return ToProgram(plan.order);
  Violations violations;
  std::optional<Program> program =
      ConvertCsv(schedule, context.limits, context.cancelled, violations);
  if (!violations.empty()) return violations.ToStatus();
  return *std::move(program);
}

// The receives of a program placed so that it is safe; the sends too where that does not
// suffice.
absl::StatusOr<Program> Repair(const Plan& plan, const Program& program, Transport transport,
                               Cancelled cancelled) {
  const int microbatches = plan.input.pipeline.shape.num_microbatches;
  if (!HasTransfers(program)) {
    return Refuse("options.lowering",
                  "LOWERING_REPAIR: the order has no SEND and RECV, want one "
                  "that has them, or LOWERING_SAFE");
  }
  const absl::StatusOr<Validation> given =
      Validate(plan.placement, microbatches, program, transport, cancelled);
  if (!given.ok()) return given.status();
  if (given->is_safe()) return program;
  Violations violations;
  for (const Finding& finding : given->findings) {
    if (finding.rule == Rule::kDeadlock) continue;
    violations.Add("schedule.pytorch_csv",
                   absl::StrCat("cannot be repaired: rank ", finding.rank, " #", finding.index, " ",
                                finding.action, ": ", finding.message));
  }
  if (!violations.empty()) return violations.ToStatus();
  absl::StatusOr<Program> placed = PlaceReceives(
      plan.placement, microbatches, WithoutReceives(program), plan.timeline.ends, cancelled);
  if (placed.ok()) {
    const auto proof = Validate(plan.placement, microbatches, *placed, transport, cancelled);
    if (!proof.ok()) return proof.status();
    if (proof->is_safe()) return placed;
  }
  return LowerSafe(plan.placement, microbatches, WithoutTransfers(program), plan.timeline.ends,
                   cancelled);
}

absl::StatusOr<Program> Lower(const Plan& plan, const Program& program, v1::Lowering lowering,
                              Transport transport, Cancelled cancelled) {
  const int microbatches = plan.input.pipeline.shape.num_microbatches;
  switch (lowering) {
    case v1::LOWERING_SAFE:
      return LowerSafe(plan.placement, microbatches, WithoutTransfers(program), plan.timeline.ends,
                       cancelled);
    case v1::LOWERING_REPAIR: {
      absl::StatusOr<Program> repaired = Repair(plan, program, transport, cancelled);
      if (!repaired.ok()) return repaired;
      const auto proof = Validate(plan.placement, microbatches, *repaired, transport, cancelled);
      if (!proof.ok()) return proof.status();
      if (proof->is_safe()) return repaired;
      return absl::InternalError(
          absl::StrCat("a repaired order is not safe: ", proof->findings[0].message));
    }
    case v1::LOWERING_UNSPECIFIED:
      if (HasTransfers(program)) return program;
      break;
    default: break;
  }
  return LowerEager(plan.placement, microbatches, WithoutTransfers(program), cancelled);
}

// A text that grows by parts, up to the largest message.
class BoundedText {
 public:
  explicit BoundedText(const CallContext& context) : context_(context) {}

  bool Add(absl::string_view part) {
    text_.append(part.data(), part.size());
    return !IsTooLarge() && !context_.cancelled();
  }

  absl::StatusOr<std::string> Finish(bool whole) {
    if (IsTooLarge()) {
      return TooLarge("file", static_cast<int64_t>(text_.size()), context_.limits, kAdvice);
    }
    if (!whole) return absl::CancelledError("cancelled while writing the file");
    return std::move(text_);
  }

 private:
  bool IsTooLarge() const {
    return text_.size() > static_cast<size_t>(context_.limits.max_message_bytes);
  }

  const CallContext& context_;
  std::string text_;
};

absl::StatusOr<std::string> CsvOf(const Plan& plan, const v1::ExportScheduleRequest& request,
                                  const CallContext& context) {
  absl::StatusOr<Program> program = ProgramOf(plan, request.schedule(), context);
  if (!program.ok()) return program.status();
  Violations none;  // Prepare has checked these.
  const CsvDialect dialect = ConvertDialect(request.options().dialect(), "", none);
  if (request.format() == v1::EXPORT_FORMAT_PYTORCH_CSV) {
    program = WithoutTransfers(*program);
  } else {
    program = Lower(plan, *program, request.options().lowering(),
                    ConvertTransport(request.options().transport(), "", none), context.cancelled);
    if (!program.ok()) return program.status();
  }
  BoundedText text(context);
  const bool whole =
      WritePyTorchCsv(*program, dialect, [&](absl::string_view part) { return text.Add(part); });
  return text.Finish(whole);
}

absl::StatusOr<std::string> DeepSpeedOf(const Plan& plan, const v1::ExportScheduleRequest& request,
                                        const CallContext& context) {
  absl::StatusOr<Program> program = ProgramOf(plan, request.schedule(), context);
  if (!program.ok()) return program.status();
  v1::Lowering lowering = request.options().lowering();
  if (lowering == v1::LOWERING_UNSPECIFIED && !HasTransfers(*program)) {
    lowering = v1::LOWERING_SAFE;
  }
  Violations none;
  program = Lower(plan, *program, lowering,
                  ConvertTransport(request.options().transport(), "", none), context.cancelled);
  if (!program.ok()) return program.status();
  return AboutFormat(FormatDeepSpeedInstructions(plan.placement, *program), request.format());
}

absl::StatusOr<std::string> TraceOf(const Plan& plan, const CallContext& context) {
  BoundedText text(context);
  const bool whole =
      WriteChromeTrace(plan.input.pipeline, plan.placement, plan.order, plan.timeline,
                       {std::string(plan.input.kind->name), plan.digest},
                       [&](absl::string_view part) { return text.Add(part); });
  return text.Finish(whole);
}

absl::StatusOr<std::string> TimelineJsonOf(const Plan& plan, const CallContext& context) {
  BoundedText text(context);
  const bool whole =
      WriteTimelineJson(plan, [&](absl::string_view part) { return text.Add(part); });
  return text.Finish(whole);
}

absl::StatusOr<std::string> ContentOf(const Plan& plan, const v1::ExportScheduleRequest& request,
                                      const CallContext& context) {
  switch (request.format()) {
    case v1::EXPORT_FORMAT_PYTORCH_CSV:
    case v1::EXPORT_FORMAT_PYTORCH_CSV_COMMS: return CsvOf(plan, request, context);
    case v1::EXPORT_FORMAT_CHROME_TRACE: return TraceOf(plan, context);
    case v1::EXPORT_FORMAT_TIMELINE_JSON: return TimelineJsonOf(plan, context);
    case v1::EXPORT_FORMAT_MEGATRON_ORDER:
      return AboutFormat(FormatMegatronOrder(plan.placement, plan.order), request.format());
    case v1::EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS: return DeepSpeedOf(plan, request, context);
    default: return OrderTextOf(plan, context.limits, context.cancelled);
  }
}

const char* ContentTypeOf(v1::ExportFormat format) {
  switch (format) {
    case v1::EXPORT_FORMAT_PYTORCH_CSV:
    case v1::EXPORT_FORMAT_PYTORCH_CSV_COMMS: return "text/csv; charset=utf-8";
    case v1::EXPORT_FORMAT_CHROME_TRACE:
    case v1::EXPORT_FORMAT_TIMELINE_JSON:
    case v1::EXPORT_FORMAT_MEGATRON_ORDER: return "application/json";
    default: return "text/plain; charset=utf-8";
  }
}

}  // namespace

absl::StatusOr<PlanQuery> Prepare(const v1::ExportScheduleRequest& request, const Limits& limits,
                                  Cancelled cancelled) {
  Violations violations;
  PlanQuery query;
  query.input = ConvertPlanInput(request, limits, violations, cancelled);
  CheckFormat(request.format(), query.input, violations);
  CheckOptions(request.options(), violations);
  if (!violations.empty()) return violations.ToStatus();
  const int64_t parts = PlanParts(query.input);
  query.answer_parts = request.format() == v1::EXPORT_FORMAT_ORDER ? parts : parts * kFileFactor;
  const bool is_text = request.format() == v1::EXPORT_FORMAT_ORDER || IsCsv(request.format());
  const int64_t least_bytes = parts * kLeastOpsAMicrobatch * kLeastOpText;
  if (is_text && least_bytes > limits.max_message_bytes) {
    return OrderTextTooLarge(least_bytes, limits);
  }
  return query;
}

absl::Status Answer(const Plan& plan, const std::vector<int>&,
                    const v1::ExportScheduleRequest& request, CallContext context,
                    v1::ExportScheduleResponse& response) {
  absl::StatusOr<std::string> content = ContentOf(plan, request, context);
  if (!content.ok()) return content.status();
  if (content->size() > static_cast<size_t>(context.limits.max_message_bytes)) {
    return TooLarge("file", static_cast<int64_t>(content->size()), context.limits, kAdvice);
  }
  response.set_content(*std::move(content));
  response.set_content_type(ContentTypeOf(request.format()));
  FillDigestsAndNotes(plan, response);
  return absl::OkStatus();
}

}  // namespace pipesched
