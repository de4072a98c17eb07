#include "daemon/convert/schedule.h"

#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/convert/csv_order.h"
#include "daemon/convert/given_order.h"
#include "daemon/convert/pipeline.h"
#include "daemon/version.h"
#include "engine/exchange/program.h"

namespace pipesched {
namespace {

constexpr absl::string_view kEnumPrefix = "SCHEDULE_KIND_";

const ScheduleKind* FromProto(v1::ScheduleKind kind) {
  // Empty for a number that this version does not know.
  absl::string_view name = v1::ScheduleKind_Name(kind);
  if (name.empty()) return nullptr;
  return FindScheduleKind(absl::AsciiStrToLower(name.substr(kEnumPrefix.size())));
}

bool IsCustom(const ScheduleKind* kind) { return kind != nullptr && kind->name == kCustomKind; }

bool HasSizes(const v1::Pipeline& pipeline) {
  return pipeline.num_stages() != 0 && pipeline.num_microbatches() != 0;
}

std::string KnownKinds() {
  return absl::StrJoin(AllScheduleKinds(), ", ", [](std::string* out, const ScheduleKind& kind) {
    absl::StrAppend(out, kind.name);
  });
}

const ScheduleKind* ConvertKind(v1::ScheduleKind kind, Violations& violations) {
  const ScheduleKind* const found = FromProto(kind);
  if (found == nullptr) {
    violations.Add("schedule.kind",
                   absl::StrCat(static_cast<int>(kind), ", want one of ", KnownKinds()));
  }
  return found;
}

// The parameters of "custom" say nothing to other kinds.
void RefuseGivenOrder(const v1::Schedule& schedule, const ScheduleKind& kind,
                      Violations& violations) {
  if (schedule.has_order()) {
    violations.Add("schedule.order", absl::StrCat("set: ", kind.name, " makes its own, want ",
                                                  kCustomKind, " or it unset"));
  }
  if (schedule.has_pytorch_csv()) {
    violations.Add("schedule.pytorch_csv", absl::StrCat("set: ", kind.name, " makes its own, want ",
                                                        kCustomKind, " or it unset"));
  }
  if (!schedule.stage_to_rank().empty()) {
    violations.Add("schedule.stage_to_rank",
                   absl::StrCat(schedule.stage_to_rank_size(), " entries: ", kind.name,
                                " places its own, want ", kCustomKind, " or none"));
  }
}

// The parameters of the kind. Adds to `violations` what is not in range by itself,
// and what the kind has no use for.
ScheduleParams ConvertParams(const v1::Schedule& schedule, const ScheduleKind& kind,
                             const Limits& limits, Violations& violations) {
  ScheduleParams params;
  if (!IsCustom(&kind)) RefuseGivenOrder(schedule, kind, violations);
  if (!schedule.has_microbatch_group_size()) return params;
  const int size = schedule.microbatch_group_size();
  if (!kind.takes_group_size) {
    violations.Add("schedule.microbatch_group_size",
                   absl::StrCat(size, ": ", kind.name, " has no groups, want it unset"));
  } else if (size < 1 || size > limits.max_microbatches) {
    violations.Add("schedule.microbatch_group_size",
                   absl::StrCat(size, ", want [1, ", limits.max_microbatches, "]"));
  } else {
    params.microbatch_group_size = size;
  }
  return params;
}

void AddRuleViolations(const PipelineShape& shape, const ScheduleKind& kind,
                       const ScheduleParams& params, Violations& violations) {
  for (const RuleViolation& broken : kind.check(shape, params)) {
    const auto add = [&](const char* field, int value) {
      violations.Add(field, absl::StrCat(value, ": ", kind.name, " ", broken.rule));
    };
    switch (broken.value) {
      case RuleViolation::Value::kNumRanks: add("pipeline.num_stages", shape.num_stages()); break;
      case RuleViolation::Value::kChunksPerRank:
        add("pipeline.chunks_per_rank", shape.chunks_per_rank);
        break;
      case RuleViolation::Value::kNumMicrobatches:
        add("pipeline.num_microbatches", shape.num_microbatches);
        break;
      case RuleViolation::Value::kMicrobatchGroupSize:
        add("schedule.microbatch_group_size", GroupSize(shape, params));
        break;
    }
  }
}

// Checks sizes that are right by themselves against the kind and the op limit.
void CheckLegality(const PipelineShape& shape, const ScheduleKind& kind,
                   const ScheduleParams& params, const Limits& limits, Violations& violations) {
  AddRuleViolations(shape, kind, params, violations);
  const int64_t ops_a_microbatch = int64_t{shape.num_stages()} * kind.ops_per_microbatch;
  const int64_t ops = ops_a_microbatch * shape.num_microbatches;
  if (ops > limits.max_ops) {
    violations.AddLimit(
        "pipeline.num_microbatches",
        absl::StrCat(shape.num_microbatches, ": ", ops, " ops with ", shape.num_stages(),
                     " stages, want at most ", limits.max_ops,
                     " ops (num_microbatches <= ", limits.max_ops / ops_a_microbatch, ")"),
        {"max_ops", ops, limits.max_ops});
  }
}

// The kind of `schedule` and its parameters, into `input`.
void ConvertKindAndParams(const v1::Schedule& schedule, const Limits& limits, PlanInput& input,
                          Violations& violations) {
  input.kind = ConvertKind(schedule.kind(), violations);
  if (input.kind != nullptr) {
    input.params = ConvertParams(schedule, *input.kind, limits, violations);
  }
  CheckCsvFields(schedule, violations);
  RefuseUnknownFields(schedule, "schedule", violations);
  RefuseUnknownFields(schedule.fsdp_times(), "schedule.fsdp_times", violations);
}

}  // namespace

const ScheduleKind* KindOf(const v1::Schedule& schedule) { return FromProto(schedule.kind()); }

v1::ScheduleKind ToProto(const ScheduleKind& kind) {
  v1::ScheduleKind value = v1::SCHEDULE_KIND_UNSPECIFIED;
  v1::ScheduleKind_Parse(absl::StrCat(kEnumPrefix, absl::AsciiStrToUpper(kind.name)), &value);
  return value;
}

v1::PlacementKind ToProto(PlacementKind placement) {
  switch (placement) {
    case PlacementKind::kLinear: return v1::PLACEMENT_KIND_LINEAR;
    case PlacementKind::kRoundRobin: return v1::PLACEMENT_KIND_ROUND_ROBIN;
    case PlacementKind::kV: return v1::PLACEMENT_KIND_V;
    case PlacementKind::kWave: return v1::PLACEMENT_KIND_WAVE;
    case PlacementKind::kBidirectional: return v1::PLACEMENT_KIND_BIDIRECTIONAL;
    case PlacementKind::kGiven: return v1::PLACEMENT_KIND_GIVEN;
  }
  return v1::PLACEMENT_KIND_UNSPECIFIED;
}

void FillScheduleKinds(google::protobuf::RepeatedPtrField<v1::ScheduleKindInfo>& kinds) {
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    v1::ScheduleKindInfo& info = *kinds.Add();
    info.set_kind(ToProto(kind));
    info.set_name(std::string(kind.name));
    info.set_description(std::string(kind.description));
    info.set_placement(ToProto(kind.placement));
    if (kind.takes_group_size) info.add_parameters("schedule.microbatch_group_size");
    if (IsCustom(&kind)) {
      info.add_parameters("schedule.order");
      info.add_parameters("schedule.pytorch_csv");
      info.add_parameters("schedule.csv_dialect");
      info.add_parameters("schedule.fsdp_times");
      info.add_parameters("schedule.stage_to_rank");
    }
    info.set_legality(std::string(kind.legality));
    info.set_source(std::string(kind.source));
  }
}

void RefuseUnknownFields(const google::protobuf::Message& message, absl::string_view path,
                         Violations& violations) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  if (unknown.empty()) return;
  violations.Add(
      std::string(path),
      absl::StrCat("field number ", unknown.field(0).number(),
                   ", which this version does not know, want fields of pipesched.v1 ", Version()));
}

PlanInput ConvertMadeSchedule(const v1::Schedule& schedule, Pipeline pipeline, const Limits& limits,
                              Violations& violations) {
  PlanInput input;
  ConvertKindAndParams(schedule, limits, input, violations);
  input.pipeline = std::move(pipeline);
  if (IsCustom(input.kind)) {
    violations.Add("schedule.kind", "custom: a comparison makes its own orders");
  } else if (input.kind != nullptr && input.pipeline.shape.num_ranks > 0) {
    CheckLegality(input.pipeline.shape, *input.kind, input.params, limits, violations);
  }
  return input;
}

PlanInput ConvertPlanInput(const v1::Pipeline* pipeline, const v1::Schedule* schedule,
                           const Limits& limits, Violations& violations, Cancelled cancelled) {
  PlanInput input;
  std::optional<Program> program;  // of a file
  std::optional<Order> order;
  if (schedule == nullptr) {
    violations.Add("schedule", "unset, want a schedule");
  } else {
    ConvertKindAndParams(*schedule, limits, input, violations);
    if (IsCustom(input.kind) && schedule->has_pytorch_csv()) {
      program = ConvertCsv(*schedule, limits, cancelled, violations);
      if (program && cancelled()) violations.Cancel();
      if (program) order = OrderOf(*program);
    } else if (IsCustom(input.kind)) {
      order = ConvertOrderText(*schedule, limits, cancelled, violations);
    }
  }
  if (pipeline == nullptr) {
    violations.Add("pipeline", "unset, want a pipeline");
    input.pipeline.shape = {0, 0, 0};
    return input;
  }
  if (order && cancelled()) violations.Cancel();
  std::optional<PipelineShape> shape;
  // Without the order that says the sizes there is no saying what they are.
  if (order || !IsCustom(input.kind) || HasSizes(*pipeline)) {
    shape = ConvertShape(*pipeline, order ? std::optional(SizesOf(*order)) : std::nullopt, limits,
                         violations);
  }
  if (shape && order) {
    input.given =
        ConvertGivenOrder(*schedule, *shape, *std::move(order), limits, cancelled, violations);
  } else if (shape && input.kind != nullptr && !IsCustom(input.kind)) {
    CheckLegality(*shape, *input.kind, input.params, limits, violations);
  }
  if (program && cancelled()) violations.Cancel();
  const double fsdp_time = violations.empty() && program ? TotalFsdpTime(*schedule, *program) : 0;
  std::optional<Pipeline> converted = ConvertPipeline(*pipeline, shape, violations, fsdp_time);
  if (converted) {
    input.pipeline = *std::move(converted);
    if (program && input.given && violations.empty()) {
      input.given->pauses = ConvertPauses(*schedule, *program, input.pipeline.scale, violations);
      if (cancelled()) violations.Cancel();
    }
  }
  RefuseUnknownFields(*pipeline, "pipeline", violations);
  for (const v1::StageCost& cost : pipeline->stage_costs()) {
    RefuseUnknownFields(cost, "pipeline.stage_costs", violations);
  }
  input.pipeline.shape = shape.value_or(PipelineShape{0, 0, 0});
  return input;
}

}  // namespace pipesched
