#include "engine/order/legality.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

using Value = RuleViolation::Value;

// "; nearest 8, 12": the legal numbers of microbatches next to an illegal one.
std::string Nearest(int microbatches, absl::FunctionRef<bool(int)> is_legal) {
  int below = microbatches - 1;
  while (below >= 1 && !is_legal(below)) --below;
  int above = microbatches + 1;
  while (!is_legal(above)) ++above;
  return below >= 1 ? absl::StrCat("; nearest ", below, ", ", above)
                    : absl::StrCat("; nearest ", above);
}

}  // namespace

RuleViolations CheckOneStageARank(const PipelineShape& shape, const ScheduleParams&) {
  if (shape.chunks_per_rank == 1) return {};
  return {{Value::kChunksPerRank, "holds one stage a rank, want 1"}};
}

RuleViolations CheckManyStagesARank(const PipelineShape& shape, const ScheduleParams&) {
  if (shape.chunks_per_rank >= 2) return {};
  return {{Value::kChunksPerRank, "holds several stages a rank, want 2 or more"}};
}

RuleViolations CheckGroups(const PipelineShape& shape, const ScheduleParams& params) {
  RuleViolations violations = CheckManyStagesARank(shape, params);
  const int p = shape.num_ranks;
  const int m = shape.num_microbatches;
  const int g = GroupSize(shape, params);
  if (g < p) {
    violations.push_back({Value::kMicrobatchGroupSize,
                          absl::StrCat("needs a group of at least P = ", p, "; nearest ", p)});
    return violations;
  }
  const auto is_legal = [&](int microbatches) {
    return microbatches >= g && (microbatches % g == 0 || microbatches % g >= p);
  };
  if (!is_legal(m)) {
    violations.push_back(
        {Value::kNumMicrobatches, absl::StrCat("with group ", g, " needs M >= ", g, " and M mod ",
                                               g, " = 0 or >= ", p, Nearest(m, is_legal))});
  }
  return violations;
}

RuleViolations CheckRounds(const PipelineShape& shape, const ScheduleParams& params) {
  RuleViolations violations = CheckManyStagesARank(shape, params);
  const auto is_legal = [p = shape.num_ranks](int m) { return m % std::max(1, m / p) == 0; };
  if (!is_legal(shape.num_microbatches)) {
    violations.push_back(
        {Value::kNumMicrobatches, absl::StrCat("needs M divisible by max(1, M div P) = ",
                                               shape.num_microbatches / shape.num_ranks,
                                               Nearest(shape.num_microbatches, is_legal))});
  }
  return violations;
}

int RoundSize(const PipelineShape& shape) {
  return shape.num_microbatches / std::max(1, shape.num_microbatches / shape.num_ranks);
}

}  // namespace pipesched
