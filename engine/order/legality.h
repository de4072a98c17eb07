#ifndef PIPESCHED_ENGINE_ORDER_LEGALITY_H_
#define PIPESCHED_ENGINE_ORDER_LEGALITY_H_

#include <string>
#include <vector>

#include "engine/model/pipeline.h"

namespace pipesched {

// What a kind of schedule takes beside the sizes of the pipeline.
struct ScheduleParams {
  // Microbatches that an interleaved kind runs through one chunk before it turns to
  // the next, g. 0: the default, P.
  int microbatch_group_size = 0;
};

inline int GroupSize(const PipelineShape& shape, const ScheduleParams& params) {
  return params.microbatch_group_size == 0 ? shape.num_ranks : params.microbatch_group_size;
}

// A value that the rule of a kind forbids.
struct RuleViolation {
  enum class Value { kNumRanks, kChunksPerRank, kNumMicrobatches, kMicrobatchGroupSize };
  Value value;
  std::string rule;  // and the nearest legal values: "... needs M >= 4; nearest 4"
};
using RuleViolations = std::vector<RuleViolation>;

// V = 1.
RuleViolations CheckOneStageARank(const PipelineShape& shape, const ScheduleParams& params);

// V >= 2.
RuleViolations CheckManyStagesARank(const PipelineShape& shape, const ScheduleParams& params);

// V = 2.
RuleViolations CheckTwoStagesARank(const PipelineShape& shape, const ScheduleParams& params);

// V even.
RuleViolations CheckEvenStagesARank(const PipelineShape& shape, const ScheduleParams& params);

// V = 1, P and M even: two replicas that share the microbatches.
RuleViolations CheckTwoReplicas(const PipelineShape& shape, const ScheduleParams& params);

// The same, and M >= 2P.
RuleViolations CheckDualPipe(const PipelineShape& shape, const ScheduleParams& params);

// V = 2, M >= 2P.
RuleViolations CheckDualPipeV(const PipelineShape& shape, const ScheduleParams& params);

// Nothing: the caller's order is checked instead.
RuleViolations CheckNothing(const PipelineShape& shape, const ScheduleParams& params);

// V >= 2; P <= g <= M, and M mod g is 0 or at least P: the groups of Megatron-LM.
RuleViolations CheckGroups(const PipelineShape& shape, const ScheduleParams& params);

// V >= 2; M divisible by max(1, M div P): the rounds of PyTorch.
RuleViolations CheckRounds(const PipelineShape& shape, const ScheduleParams& params);

// Microbatches of a round, n = M / max(1, M div P), of a legal M.
int RoundSize(const PipelineShape& shape);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_LEGALITY_H_
