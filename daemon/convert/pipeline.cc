#include "daemon/convert/pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/convert/numbers.h"
#include "google/protobuf/repeated_field.h"

namespace pipesched {
namespace {

// A stage's times with every default resolved, in the caller's unit. A time that
// is a sum or a half of others is left to ticks, where sums are exact.
struct StageTimes {
  double forward = 1;
  std::optional<double> backward;         // not given: the sum of the next two, which are given
  std::optional<double> backward_input;   // not given: half of backward
  std::optional<double> backward_weight;  // not given: half of backward
  std::optional<double> overlapped_pair;
};

std::string RecordPath(int index) { return absl::StrCat("pipeline.stage_costs[", index, "]"); }

// Checks the sizes; 1 stands for a size that is wrong.
PipelineShape ConvertShape(const v1::Pipeline& request, const Limits& limits,
                           Violations& violations) {
  PipelineShape shape;
  const int chunks = request.has_chunks_per_rank() ? request.chunks_per_rank() : 1;
  const int stages = request.num_stages();
  const int microbatches = request.num_microbatches();
  const int max_stages = limits.max_ranks * limits.max_chunks_per_rank;
  bool sizes_in_range = true;
  const auto check = [&](absl::string_view field, int value, int most) {
    if (1 <= value && value <= most) return;
    sizes_in_range = false;
    std::string path = absl::StrCat("pipeline.", field);
    std::string text = absl::StrCat(value, ", want [1, ", most, "]");
    if (value < 1) {
      violations.Add(std::move(path), std::move(text));
    } else {
      violations.AddLimit(std::move(path), std::move(text));
    }
  };
  check("num_stages", stages, max_stages);
  check("num_microbatches", microbatches, limits.max_microbatches);
  check("chunks_per_rank", chunks, limits.max_chunks_per_rank);
  if (!sizes_in_range) return shape;
  if (stages % chunks != 0) {
    violations.Add("pipeline.num_stages",
                   absl::StrCat(stages, ", want a multiple of chunks_per_rank = ", chunks));
    return shape;
  }
  if (stages / chunks > limits.max_ranks) {
    violations.AddLimit("pipeline.num_stages",
                        absl::StrCat(stages, ": ", stages / chunks, " ranks, want at most ",
                                     limits.max_ranks, " ranks"));
    return shape;
  }
  shape.num_ranks = stages / chunks;
  shape.chunks_per_rank = chunks;
  shape.num_microbatches = microbatches;
  return shape;
}

// A given time, or nothing. Not finite or below 0: a violation.
std::optional<double> CheckTime(bool given, double value, const std::string& path,
                                Violations& violations, bool zero_allowed = true) {
  if (!given) return std::nullopt;
  if (std::isfinite(value) && (value > 0 || (zero_allowed && value == 0))) return value;
  violations.Add(path,
                 absl::StrCat(FormatNumber(value), ", want ", zero_allowed ? "[" : "(", "0, inf)"));
  return std::nullopt;
}

StageTimes ConvertTimes(const v1::StageCost& cost, int index, Violations& violations) {
  const std::string path = RecordPath(index);
  StageTimes times;
  times.forward = CheckTime(cost.has_forward(), cost.forward(), path + ".forward", violations,
                            /*zero_allowed=*/false)
                      .value_or(1);
  times.backward = CheckTime(cost.has_backward(), cost.backward(), path + ".backward", violations);
  times.backward_input = CheckTime(cost.has_backward_input(), cost.backward_input(),
                                   path + ".backward_input", violations);
  times.backward_weight = CheckTime(cost.has_backward_weight(), cost.backward_weight(),
                                    path + ".backward_weight", violations);
  times.overlapped_pair = CheckTime(cost.has_overlapped_pair(), cost.overlapped_pair(),
                                    path + ".overlapped_pair", violations);
  if (!times.backward && !(times.backward_input && times.backward_weight)) times.backward = 2;
  const double backward =
      times.backward ? *times.backward : *times.backward_input + *times.backward_weight;
  const double least_pair = std::max(times.forward, backward);
  if (times.overlapped_pair && *times.overlapped_pair < least_pair) {
    violations.Add(
        path + ".overlapped_pair",
        absl::StrCat(FormatNumber(*times.overlapped_pair), ", want [", FormatNumber(least_pair),
                     ", inf): at least max(forward, backward)"));
  }
  return times;
}

void ConvertBytes(const v1::StageCost& request, int index, Violations& violations,
                  StageCost& cost) {
  const std::string path = RecordPath(index);
  const auto check = [&](absl::string_view field, int64_t value) {
    if (value >= 0) return;
    violations.Add(absl::StrCat(path, ".", field), absl::StrCat(value, ", want [0, 2^63 - 1]"));
  };
  check("activation_bytes", request.activation_bytes());
  check("weight_grad_bytes", request.weight_grad_bytes());
  check("static_bytes", request.static_bytes());
  cost.activation_bytes = request.activation_bytes();
  cost.static_bytes = request.static_bytes();
  cost.weight_grad_bytes = request.has_weight_grad_bytes() ? request.weight_grad_bytes()
                                                           : request.activation_bytes() / 2;
  if (cost.activation_bytes >= 0 && cost.weight_grad_bytes > cost.activation_bytes) {
    violations.Add(path + ".weight_grad_bytes",
                   absl::StrCat(cost.weight_grad_bytes, ", want [0, ", cost.activation_bytes,
                                "]: at most activation_bytes"));
  }
}

// Most time that the ops of one microbatch take in a stage.
double LongestWork(const StageTimes& times) {
  const double full = times.backward.value_or(0);
  const double split = times.backward_input.value_or(full) + times.backward_weight.value_or(full);
  return times.forward + std::max(full, split) + times.overlapped_pair.value_or(0);
}

// p2p times of the S - 1 boundaries, in the caller's unit.
std::vector<double> ConvertP2p(const google::protobuf::RepeatedField<double>& given,
                               absl::string_view field, double p2p_time, int num_stages,
                               bool shape_is_right, Violations& violations) {
  const std::string path = absl::StrCat("pipeline.", field);
  const int boundaries = num_stages - 1;
  if (shape_is_right && !given.empty() && given.size() != boundaries) {
    violations.Add(path, absl::StrCat(given.size(), " entries, want ", boundaries,
                                      " (num_stages - 1) or none"));
  }
  std::vector<double> times;
  for (int i = 0; i < given.size(); ++i) {
    times.push_back(
        CheckTime(true, given.Get(i), absl::StrCat(path, "[", i, "]"), violations).value_or(0));
  }
  if (given.empty()) times.assign(static_cast<size_t>(boundaries), p2p_time);
  return times;
}

// Turns times into ticks; a time that is not 0 but becomes 0 is a violation.
class TickConverter {
 public:
  TickConverter(TickScale scale, Violations& violations) : scale_(scale), violations_(violations) {}

  int64_t operator()(double units, const std::string& path) {
    const int64_t ticks = scale_.ToTicks(units);
    if (ticks == 0 && units != 0) {
      violations_.Add(
          path, absl::StrCat(FormatNumber(units), ": rounds to 0 ticks of ",
                             FormatNumber(scale_.ToUnits(1)), "; want 0 or at least half a tick"));
    }
    return ticks;
  }

  void Stage(const StageTimes& times, int index, StageCost& cost) {
    const std::string path = RecordPath(index);
    cost.forward = (*this)(times.forward, path + ".forward");
    if (times.backward) cost.backward = (*this)(*times.backward, path + ".backward");
    cost.backward_weight = times.backward_weight
                               ? (*this)(*times.backward_weight, path + ".backward_weight")
                               : cost.backward / 2;
    cost.backward_input = times.backward_input
                              ? (*this)(*times.backward_input, path + ".backward_input")
                              : cost.backward - cost.backward / 2;
    if (!times.backward) cost.backward = cost.backward_input + cost.backward_weight;
    if (times.overlapped_pair) {
      cost.overlapped_pair = (*this)(*times.overlapped_pair, path + ".overlapped_pair");
    }
  }

 private:
  const TickScale scale_;
  Violations& violations_;
};

std::vector<int64_t> ConvertMemoryLimits(const v1::Pipeline& request, const PipelineShape& shape,
                                         bool shape_is_right, Violations& violations) {
  const auto& given = request.memory_limit_bytes();
  if (shape_is_right && given.size() > 1 && given.size() != shape.num_ranks) {
    violations.Add(
        "pipeline.memory_limit_bytes",
        absl::StrCat(given.size(), " entries, want 1 or ", shape.num_ranks, " (ranks), or none"));
  }
  for (int i = 0; i < given.size(); ++i) {
    if (given.Get(i) < 0) {
      violations.Add(absl::StrCat("pipeline.memory_limit_bytes[", i, "]"),
                     absl::StrCat(given.Get(i), ", want [0, 2^63 - 1]"));
    }
  }
  if (given.size() == 1) {
    return std::vector<int64_t>(static_cast<size_t>(shape.num_ranks), given.Get(0));
  }
  return std::vector<int64_t>(given.begin(), given.end());
}

}  // namespace

Pipeline ConvertPipeline(const v1::Pipeline& request, const Limits& limits,
                         Violations& violations) {
  Pipeline pipeline;
  pipeline.shape = ConvertShape(request, limits, violations);
  const bool shape_is_right = violations.empty();
  const int num_stages = pipeline.shape.num_stages();

  const int records = request.stage_costs_size();
  if (shape_is_right && records > 1 && records != num_stages) {
    violations.Add("pipeline.stage_costs",
                   absl::StrCat(records, " records, want 1 or ", num_stages, " (num_stages)"));
  }
  std::vector<StageTimes> times(static_cast<size_t>(std::max(records, 1)));
  if (records == 0) times[0].backward = 2;
  pipeline.stages.resize(times.size());
  for (int i = 0; i < records; ++i) {
    const auto record = static_cast<size_t>(i);
    times[record] = ConvertTimes(request.stage_costs(i), i, violations);
    ConvertBytes(request.stage_costs(i), i, violations, pipeline.stages[record]);
  }
  const double p2p_time =
      CheckTime(request.has_p2p_time(), request.p2p_time(), "pipeline.p2p_time", violations)
          .value_or(0);
  const auto p2p_forward = ConvertP2p(request.p2p_times_forward(), "p2p_times_forward", p2p_time,
                                      num_stages, shape_is_right, violations);
  const auto p2p_backward = ConvertP2p(request.p2p_times_backward(), "p2p_times_backward", p2p_time,
                                       num_stages, shape_is_right, violations);
  pipeline.memory_limit_bytes =
      ConvertMemoryLimits(request, pipeline.shape, shape_is_right, violations);
  if (!violations.empty()) return pipeline;

  double total = 0;
  for (const StageTimes& stage : times) total += LongestWork(stage);
  if (times.size() == 1) total *= num_stages;
  for (const double time : p2p_forward) total += time;
  for (const double time : p2p_backward) total += time;
  total *= pipeline.shape.num_microbatches;
  if (!std::isfinite(total)) {
    violations.Add("pipeline.stage_costs",
                   "times whose sum over all ops is not finite, want "
                   "smaller times");
    return pipeline;
  }
  pipeline.scale = TickScale::ForTotal(total);
  TickConverter to_ticks(pipeline.scale, violations);
  for (size_t i = 0; i < times.size(); ++i) {
    to_ticks.Stage(times[i], static_cast<int>(i), pipeline.stages[i]);
  }
  pipeline.stages.resize(static_cast<size_t>(num_stages), pipeline.stages[0]);
  const auto convert_all = [&](const std::vector<double>& from, bool listed,
                               absl::string_view field, std::vector<int64_t>& to) {
    for (size_t i = 0; i < from.size(); ++i) {
      to.push_back(to_ticks(
          from[i], listed ? absl::StrCat("pipeline.", field, "[", i, "]") : "pipeline.p2p_time"));
      if (!listed && !violations.empty()) break;  // All are the same.
    }
  };
  convert_all(p2p_forward, !request.p2p_times_forward().empty(), "p2p_times_forward",
              pipeline.p2p_forward);
  convert_all(p2p_backward, !request.p2p_times_backward().empty(), "p2p_times_backward",
              pipeline.p2p_backward);
  return pipeline;
}

}  // namespace pipesched
