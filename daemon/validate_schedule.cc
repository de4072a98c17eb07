#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/convert/csv_order.h"
#include "daemon/convert/exchange.h"
#include "daemon/convert/given_order.h"
#include "daemon/convert/schedule.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "engine/digest/digest.h"
#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"
#include "engine/exchange/validate.h"
#include "engine/order/building_blocks.h"
#include "engine/order/given_order.h"
#include "pipesched/v1/validate.pb.h"

namespace pipesched {
namespace {

// An action has at least four letters.
constexpr int64_t kLeastActionText = 4;

// The most memory that four letters of an order take to be read, checked and lowered:
// orders that are large name large numbers.
constexpr int64_t kBytesAGivenAction = 56;

// The same of an op that is computed; more where times are fitted.
constexpr int64_t kBytesAMadeAction = 80;
constexpr int64_t kFittingBytesAnAction = 100;

// What is to be validated.
struct Subject {
  Program program;
  Placement placement;
  int num_microbatches = 0;
};

// The field that the order is in.
std::string OrderField(const v1::Schedule& schedule) {
  return schedule.has_pytorch_csv() ? "schedule.pytorch_csv" : "schedule.order";
}

// A size of the pipeline, and what it may be.
struct Size {
  absl::string_view field;
  int given;     // 0: not
  int inferred;  // what the order says
  int most;
  absl::string_view limit;
};

int SizeOf(const Size& size, const v1::Schedule& schedule, Violations& violations) {
  std::string path = absl::StrCat("pipeline.", size.field);
  if (size.given < 0) {
    violations.Add(std::move(path), absl::StrCat(size.given, ", want [1, ", size.most, "]"));
    return size.given;
  }
  const int value = size.given != 0 ? size.given : size.inferred;
  if (value <= size.most) return value;
  const LimitExcess excess = {size.limit, value, size.most};
  if (size.given != 0) {
    violations.AddLimit(std::move(path), absl::StrCat(value, ", want [1, ", size.most, "]"),
                        excess);
  } else {
    violations.AddLimit(
        OrderField(schedule),
        absl::StrCat("names ", value, " as ", size.field, ", want at most ", size.most), excess);
  }
  return value;
}

// Where the order puts its stages: a bidirectional one counts as that.
Placement InferredPlacement(const Program& program, int num_stages, int num_microbatches) {
  if (num_stages == program.num_ranks()) {
    absl::StatusOr<Placement> inferred =
        InferPlacement({num_stages, 1, num_microbatches}, OrderOf(program));
    if (inferred.ok()) return *std::move(inferred);
  }
  return PlacementByFirstUse(program, num_stages);
}

absl::StatusOr<Subject> GivenSubject(const v1::ValidateScheduleRequest& request,
                                     const CallContext& context, Violations violations) {
  const Limits& limits = context.limits;
  const v1::Schedule& schedule = request.schedule();
  const v1::Pipeline& pipeline = request.pipeline();
  CheckCsvFields(schedule, violations);
  std::optional<Program> program = ConvertProgram(schedule, limits, context.cancelled, violations);
  if (!program) return violations.ToStatus();
  const OrderSizes sizes = SizesOf(OrderOf(*program));
  const int num_stages =
      SizeOf({"num_stages", pipeline.num_stages(), sizes.num_stages,
              limits.max_ranks * limits.max_chunks_per_rank, "max_ranks * max_chunks_per_rank"},
             schedule, violations);
  const int num_microbatches =
      SizeOf({"num_microbatches", pipeline.num_microbatches(), sizes.num_microbatches,
              limits.max_microbatches, "max_microbatches"},
             schedule, violations);
  if (program->num_ranks() > limits.max_ranks) {
    violations.AddLimit(OrderField(schedule),
                        absl::StrCat(program->num_ranks(), " lines, want at most ",
                                     limits.max_ranks, ", a rank each"),
                        {"max_ranks", program->num_ranks(), limits.max_ranks});
  }
  if (pipeline.has_chunks_per_rank() &&
      int64_t{pipeline.chunks_per_rank()} * program->num_ranks() != num_stages) {
    violations.Add("pipeline.chunks_per_rank",
                   absl::StrCat(pipeline.chunks_per_rank(), ": the order has ",
                                program->num_ranks(), " ranks and ", num_stages, " stages"));
  }
  std::optional<Placement> placement;
  if (!schedule.stage_to_rank().empty()) {
    placement = ConvertStageToRank(schedule, num_stages, program->num_ranks(), violations);
  }
  if (!violations.empty()) return violations.ToStatus();
  if (!placement) placement = InferredPlacement(*program, num_stages, num_microbatches);
  return Subject{*std::move(program), *std::move(placement), num_microbatches};
}

absl::StatusOr<Subject> MadeSubject(const v1::ValidateScheduleRequest& request,
                                    const CallContext& context, Violations violations) {
  PlanInput input = ConvertPlanInput(request, context.limits, violations, context.cancelled);
  if (!violations.empty()) return violations.ToStatus();
  absl::StatusOr<Plan> plan = ComputePlan(std::move(input), context.cancelled);
  if (!plan.ok()) return plan.status();
  return Subject{ToProgram(plan->order), std::move(plan->placement),
                 plan->input.pipeline.shape.num_microbatches};
}

int64_t GivenActions(const v1::ValidateScheduleRequest& request) {
  return static_cast<int64_t>(request.schedule().order().size() +
                              request.schedule().pytorch_csv().size()) /
         kLeastActionText;
}

int64_t MadeParts(const v1::ValidateScheduleRequest& request) {
  return int64_t{std::max(request.pipeline().num_stages(), 0)} *
         std::max(request.pipeline().num_microbatches(), 0);
}

absl::StatusOr<Validation> Check(Subject& subject, Transport transport, bool lower,
                                 Cancelled cancelled) {
  auto validation =
      Validate(subject.placement, subject.num_microbatches, subject.program, transport, cancelled);
  if (!validation.ok() || !lower || validation->has_transfers || !validation->is_safe()) {
    return validation;
  }
  absl::StatusOr<Program> lowered =
      LowerEager(subject.placement, subject.num_microbatches, subject.program, cancelled);
  if (!lowered.ok()) return lowered.status();
  subject.program = *std::move(lowered);
  return Validate(subject.placement, subject.num_microbatches, subject.program, transport,
                  cancelled);
}

}  // namespace

int64_t ValidateParts(const v1::ValidateScheduleRequest& request) {
  return std::max(GivenActions(request), MadeParts(request));
}

int64_t ValidateBytes(const v1::ValidateScheduleRequest& request, const Limits& limits) {
  constexpr int64_t kMostOps = 3;  // of a (stage, microbatch)
  // What is larger is refused before it takes any.
  if (request.schedule().kind() == v1::SCHEDULE_KIND_CUSTOM) {
    const int64_t most = limits.max_order_text_bytes / kLeastActionText;
    return std::min(GivenActions(request), most) * kBytesAGivenAction;
  }
  const int64_t parts = std::min<int64_t>(MadeParts(request), limits.max_ops);
  const int64_t ops = std::min<int64_t>(parts * kMostOps, limits.max_ops);
  return ops * kBytesAMadeAction + std::min(ops, kMostFittedOps) * kFittingBytesAnAction;
}

absl::Status HandleValidateSchedule(const v1::ValidateScheduleRequest& request, CallContext context,
                                    v1::ValidateScheduleResponse& response) {
  Violations violations;
  const Transport transport = ConvertTransport(request.transport(), "transport", violations);
  const bool lower = request.lowering() == v1::LOWERING_EAGER;
  if (!lower && request.lowering() != v1::LOWERING_UNSPECIFIED) {
    violations.Add("lowering", absl::StrCat(static_cast<int>(request.lowering()),
                                            ", want LOWERING_EAGER or it unset"));
  }
  absl::StatusOr<Subject> subject = request.schedule().kind() == v1::SCHEDULE_KIND_CUSTOM
                                        ? GivenSubject(request, context, std::move(violations))
                                        : MadeSubject(request, context, std::move(violations));
  if (!subject.ok()) return subject.status();
  const absl::StatusOr<Validation> validation =
      Check(*subject, transport, lower, context.cancelled);
  if (!validation.ok()) return validation.status();
  const auto order_digest = DigestOrder(OrderOf(subject->program), context.cancelled);
  if (!order_digest.ok()) return order_digest.status();
  response.set_safe(validation->is_safe());
  for (const Finding& finding : validation->findings) *response.add_findings() = ToProto(finding);
  response.set_finding_count(validation->num_findings);
  response.set_has_transfers(validation->has_transfers);
  response.set_transport(ToProto(transport));
  response.set_num_ranks(subject->program.num_ranks());
  response.set_num_stages(subject->placement.num_stages());
  response.set_num_microbatches(subject->num_microbatches);
  response.set_action_count(subject->program.num_actions());
  response.set_order_digest(Hex(*order_digest));
  return absl::OkStatus();
}

}  // namespace pipesched
