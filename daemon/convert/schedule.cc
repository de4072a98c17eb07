#include "daemon/convert/schedule.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/convert/pipeline.h"

namespace pipesched {
namespace {

constexpr absl::string_view kEnumPrefix = "SCHEDULE_KIND_";

const ScheduleKind* FromProto(v1::ScheduleKind kind) {
  // Empty for a number that this version does not know.
  absl::string_view name = v1::ScheduleKind_Name(kind);
  if (name.empty()) return nullptr;
  return FindScheduleKind(absl::AsciiStrToLower(name.substr(kEnumPrefix.size())));
}

std::string KnownKinds() {
  return absl::StrJoin(AllScheduleKinds(), ", ", [](std::string* out, const ScheduleKind& kind) {
    absl::StrAppend(out, kind.name);
  });
}

v1::Placement ToProto(PlacementKind placement) {
  switch (placement) {
    case PlacementKind::kLinear: return v1::PLACEMENT_LINEAR;
  }
  return v1::PLACEMENT_UNSPECIFIED;
}

// Checks a pipeline that is right by itself against the kind and the op limit.
void CheckLegality(const Pipeline& pipeline, const ScheduleKind& kind, const Limits& limits,
                   Violations& violations) {
  const PipelineShape& shape = pipeline.shape;
  if (!ChunksAreLegal(kind, shape.chunks_per_rank)) {
    violations.Add("pipeline.chunks_per_rank", absl::StrCat(shape.chunks_per_rank, ": ", kind.name,
                                                            " holds one stage a rank, want 1"));
  }
  const int64_t ops_a_microbatch = int64_t{shape.num_stages()} * kind.ops_per_microbatch;
  const int64_t ops = ops_a_microbatch * shape.num_microbatches;
  if (ops > limits.max_ops) {
    violations.AddLimit(
        "pipeline.num_microbatches",
        absl::StrCat(shape.num_microbatches, ": ", ops, " ops with ", shape.num_stages(),
                     " stages, want at most ", limits.max_ops,
                     " ops (num_microbatches <= ", limits.max_ops / ops_a_microbatch, ")"));
  }
}

}  // namespace

v1::ScheduleKind ToProto(const ScheduleKind& kind) {
  v1::ScheduleKind value = v1::SCHEDULE_KIND_UNSPECIFIED;
  v1::ScheduleKind_Parse(absl::StrCat(kEnumPrefix, absl::AsciiStrToUpper(kind.name)), &value);
  return value;
}

v1::ScheduleKindInfo ToProtoInfo(const ScheduleKind& kind) {
  v1::ScheduleKindInfo info;
  info.set_kind(ToProto(kind));
  info.set_name(std::string(kind.name));
  info.set_description(std::string(kind.description));
  info.set_placement(ToProto(kind.placement));
  info.set_legality(std::string(kind.legality));
  info.set_source(std::string(kind.source));
  return info;
}

PlanInput ConvertPlanInput(const v1::Pipeline* pipeline, const v1::Schedule* schedule,
                           const Limits& limits, Violations& violations) {
  PlanInput input;
  if (pipeline == nullptr) {
    violations.Add("pipeline", "unset, want a pipeline");
  } else {
    input.pipeline = ConvertPipeline(*pipeline, limits, violations);
  }
  const bool pipeline_is_right = violations.empty();
  if (schedule == nullptr) {
    violations.Add("schedule", "unset, want a schedule");
    return input;
  }
  input.kind = FromProto(schedule->kind());
  if (input.kind == nullptr) {
    violations.Add("schedule.kind", absl::StrCat(static_cast<int>(schedule->kind()),
                                                 ", want one of ", KnownKinds()));
  } else if (pipeline_is_right) {
    CheckLegality(input.pipeline, *input.kind, limits, violations);
  }
  return input;
}

}  // namespace pipesched
