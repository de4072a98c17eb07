#ifndef PIPESCHED_DAEMON_CONVERT_STAGE_COST_H_
#define PIPESCHED_DAEMON_CONVERT_STAGE_COST_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "daemon/errors.h"
#include "engine/model/pipeline.h"
#include "pipesched/v1/pipeline.pb.h"

namespace pipesched {

// A stage's times with their defaults, in the caller's unit. A time that is a sum
// or a half of others is left to ticks, where sums are exact.
struct StageTimes {
  double forward = 1;
  std::optional<double> backward = 2;     // none: the sum of the next two, which are given
  std::optional<double> backward_input;   // none: half of backward
  std::optional<double> backward_weight;  // none: half of backward
  std::optional<double> overlapped_pair;

  // Most time that the ops of one microbatch take. A pair time can count for two
  // blocks: the one with this stage's F and the one with its B.
  double LongestWork() const;
};

// The times of record `index` of pipeline.stage_costs. Adds what is wrong to
// `violations`.
StageTimes ConvertTimes(const v1::StageCost& cost, int index, Violations& violations);

// A cost with the bytes of record `index` and without times. Adds what is wrong to
// `violations`.
StageCost ConvertBytes(const v1::StageCost& request, int index, Violations& violations);

// A time that was given, if it is finite and not below 0 (or not 0, if zero is not
// allowed). Otherwise nothing, and a violation at `path`, which is made only then.
std::optional<double> CheckTime(double value, bool zero_allowed,
                                absl::FunctionRef<std::string()> path, Violations& violations);

// Turns times into ticks. A time that is not 0 but would become 0 is a violation.
class TickConverter {
 public:
  TickConverter(TickScale scale, Violations& violations) : scale_(scale), violations_(violations) {}

  int64_t operator()(double units, absl::FunctionRef<std::string()> path);

  // Sets the times of `cost`.
  void SetTimes(const StageTimes& times, int index, StageCost& cost);

 private:
  const TickScale scale_;
  Violations& violations_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_STAGE_COST_H_
