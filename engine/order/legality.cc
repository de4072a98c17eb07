#include "engine/order/legality.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

using Value = RuleViolation::Value;

// "; nearest 8, 12": the legal values next to an illegal one.
std::string Nearest(int value, absl::FunctionRef<bool(int)> is_legal) {
  int below = value - 1;
  while (below >= 1 && !is_legal(below)) --below;
  int above = value + 1;
  while (!is_legal(above)) ++above;
  return below >= 1 ? absl::StrCat("; nearest ", below, ", ", above)
                    : absl::StrCat("; nearest ", above);
}

// V = 1, P even, M even and at least `least_microbatches`.
RuleViolations CheckReplicas(const PipelineShape& shape, const ScheduleParams& params,
                             int least_microbatches) {
  RuleViolations violations = CheckOneStageARank(shape, params);
  const auto is_even = [](int value) { return value % 2 == 0; };
  if (!is_even(shape.num_ranks)) {
    violations.push_back({Value::kNumRanks, absl::StrCat("needs an even number of ranks",
                                                         Nearest(shape.num_ranks, is_even))});
  }
  const auto is_legal = [&](int microbatches) {
    return is_even(microbatches) && microbatches >= least_microbatches;
  };
  if (!is_legal(shape.num_microbatches)) {
    violations.push_back(
        {Value::kNumMicrobatches, absl::StrCat("needs an even M >= ", least_microbatches,
                                               Nearest(shape.num_microbatches, is_legal))});
  }
  return violations;
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

RuleViolations CheckTwoStagesARank(const PipelineShape& shape, const ScheduleParams&) {
  if (shape.chunks_per_rank == 2) return {};
  return {{Value::kChunksPerRank, "holds two stages a rank, want 2"}};
}

RuleViolations CheckEvenStagesARank(const PipelineShape& shape, const ScheduleParams&) {
  const auto is_even = [](int value) { return value % 2 == 0; };
  if (is_even(shape.chunks_per_rank)) return {};
  return {{Value::kChunksPerRank, absl::StrCat("holds an even number of stages a rank",
                                               Nearest(shape.chunks_per_rank, is_even))}};
}

RuleViolations CheckTwoReplicas(const PipelineShape& shape, const ScheduleParams& params) {
  return CheckReplicas(shape, params, /*least_microbatches=*/2);
}

RuleViolations CheckDualPipe(const PipelineShape& shape, const ScheduleParams& params) {
  return CheckReplicas(shape, params, 2 * shape.num_ranks);
}

RuleViolations CheckDualPipeV(const PipelineShape& shape, const ScheduleParams& params) {
  RuleViolations violations = CheckTwoStagesARank(shape, params);
  const int least = 2 * shape.num_ranks;
  if (shape.num_microbatches < least) {
    violations.push_back(
        {Value::kNumMicrobatches, absl::StrCat("needs M >= 2P = ", least, "; nearest ", least)});
  }
  return violations;
}

RuleViolations CheckNothing(const PipelineShape&, const ScheduleParams&) { return {}; }

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
