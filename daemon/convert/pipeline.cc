#include "daemon/convert/pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/convert/stage_cost.h"
#include "google/protobuf/repeated_field.h"

namespace pipesched {
namespace {

// p2p times of the S - 1 boundaries in one direction, in the caller's unit.
struct BoundaryTimes {
  absl::string_view field;
  bool listed = false;  // in the field; else all are pipeline.p2p_time
  std::vector<double> times;
};

BoundaryTimes ConvertP2p(const google::protobuf::RepeatedField<double>& given,
                         absl::string_view field, double p2p_time,
                         std::optional<PipelineShape> shape, Violations& violations) {
  const int boundaries = shape ? shape->num_stages() - 1 : 0;
  BoundaryTimes result{field, !given.empty(),
                       std::vector<double>(static_cast<size_t>(boundaries), p2p_time)};
  if (shape && result.listed && given.size() != boundaries) {
    violations.Add(
        absl::StrCat("pipeline.", field),
        absl::StrCat(given.size(), " entries, want ", boundaries, " (num_stages - 1) or none"));
  }
  for (int i = 0; i < given.size(); ++i) {
    const auto path = [&] { return absl::StrCat("pipeline.", field, "[", i, "]"); };
    const std::optional<double> time = CheckTime(given.Get(i), true, path, violations);
    if (i < boundaries) result.times[static_cast<size_t>(i)] = time.value_or(0);
  }
  return result;
}

std::vector<int64_t> ToTicks(const BoundaryTimes& boundaries, int64_t p2p_ticks,
                             TickConverter& to_ticks) {
  std::vector<int64_t> ticks(boundaries.times.size(), p2p_ticks);
  if (!boundaries.listed) return ticks;
  for (size_t i = 0; i < ticks.size(); ++i) {
    ticks[i] = to_ticks(boundaries.times[i],
                        [&] { return absl::StrCat("pipeline.", boundaries.field, "[", i, "]"); });
  }
  return ticks;
}

std::vector<int64_t> ConvertMemoryLimits(const v1::Pipeline& request,
                                         std::optional<PipelineShape> shape,
                                         Violations& violations) {
  const auto& given = request.memory_limit_bytes();
  const int ranks = shape ? shape->num_ranks : given.size();
  if (given.size() > 1 && given.size() != ranks) {
    violations.Add("pipeline.memory_limit_bytes",
                   absl::StrCat(given.size(), " entries, want 1 or ", ranks, " (ranks), or none"));
  }
  for (int i = 0; i < given.size(); ++i) {
    if (given.Get(i) >= 0) continue;
    violations.Add(absl::StrCat("pipeline.memory_limit_bytes[", i, "]"),
                   absl::StrCat(given.Get(i), ", want [0, 2^63 - 1]"));
  }
  if (given.size() == 1) return std::vector<int64_t>(static_cast<size_t>(ranks), given.Get(0));
  return std::vector<int64_t>(given.begin(), given.begin() + std::min(given.size(), ranks));
}

// Most ticks that all ops and transfers of a step take, in the caller's unit.
double TotalTime(const std::vector<StageTimes>& stages, const PipelineShape& shape,
                 const BoundaryTimes& forward, const BoundaryTimes& backward) {
  double total = 0;
  for (const StageTimes& times : stages) total += times.LongestWork();
  if (stages.size() == 1) total *= shape.num_stages();
  for (const double time : forward.times) total += time;
  for (const double time : backward.times) total += time;
  return total * shape.num_microbatches;
}

}  // namespace

std::optional<PipelineShape> ConvertShape(const v1::Pipeline& request,
                                          const std::optional<OrderSizes>& given,
                                          const Limits& limits, Violations& violations) {
  const int stages = given && request.num_stages() == 0 ? given->num_stages : request.num_stages();
  const int microbatches = given && request.num_microbatches() == 0 ? given->num_microbatches
                                                                    : request.num_microbatches();
  const int default_chunks =
      given && stages % given->num_ranks == 0 ? stages / given->num_ranks : 1;
  const int chunks = request.has_chunks_per_rank() ? request.chunks_per_rank() : default_chunks;
  bool in_range = true;
  const auto check = [&](absl::string_view field, int value, int most, absl::string_view limit) {
    if (1 <= value && value <= most) return;
    in_range = false;
    std::string path = absl::StrCat("pipeline.", field);
    std::string text = absl::StrCat(value, ", want [1, ", most, "]");
    if (value < 1) {
      violations.Add(std::move(path), std::move(text));
    } else {
      violations.AddLimit(std::move(path), std::move(text), {limit, value, most});
    }
  };
  check("num_stages", stages, limits.max_ranks * limits.max_chunks_per_rank,
        "max_ranks * max_chunks_per_rank");
  check("num_microbatches", microbatches, limits.max_microbatches, "max_microbatches");
  check("chunks_per_rank", chunks, limits.max_chunks_per_rank, "max_chunks_per_rank");
  if (!in_range) return std::nullopt;
  if (stages % chunks != 0) {
    violations.Add("pipeline.num_stages",
                   absl::StrCat(stages, ", want a multiple of chunks_per_rank = ", chunks));
    return std::nullopt;
  }
  const int ranks = stages / chunks;
  if (ranks > limits.max_ranks) {
    violations.AddLimit(
        "pipeline.num_stages",
        absl::StrCat(stages, ": ", ranks, " ranks, want at most ", limits.max_ranks, " ranks"),
        {"max_ranks", ranks, limits.max_ranks});
    return std::nullopt;
  }
  return PipelineShape{
      .num_ranks = ranks, .chunks_per_rank = chunks, .num_microbatches = microbatches};
}

std::optional<Pipeline> ConvertPipeline(const v1::Pipeline& request,
                                        std::optional<PipelineShape> shape, Violations& violations,
                                        double other_time) {
  const int64_t violations_before = violations.count();
  const int records = request.stage_costs_size();
  const int num_stages = shape ? shape->num_stages() : 0;
  if (shape && records > 1 && records != num_stages) {
    violations.Add("pipeline.stage_costs",
                   absl::StrCat(records, " records, want 1 or ", num_stages, " (num_stages)"));
  }
  Pipeline pipeline;
  std::vector<StageTimes> times;  // a record a stage, or one for all
  for (int i = 0; i < records; ++i) {
    const StageTimes stage_times = ConvertTimes(request.stage_costs(i), i, violations);
    const StageCost cost = ConvertBytes(request.stage_costs(i), i, violations);
    if (i >= num_stages) continue;
    times.push_back(stage_times);
    pipeline.stages.push_back(cost);
  }
  if (records == 0) {
    times.emplace_back();
    pipeline.stages.emplace_back();
  }
  double p2p_time = 0;
  const auto p2p_path = [] { return std::string("pipeline.p2p_time"); };
  if (request.has_p2p_time()) {
    p2p_time = CheckTime(request.p2p_time(), true, p2p_path, violations).value_or(0);
  }
  const BoundaryTimes forward =
      ConvertP2p(request.p2p_times_forward(), "p2p_times_forward", p2p_time, shape, violations);
  const BoundaryTimes backward =
      ConvertP2p(request.p2p_times_backward(), "p2p_times_backward", p2p_time, shape, violations);
  pipeline.memory_limit_bytes = ConvertMemoryLimits(request, shape, violations);
  if (!shape || violations.count() > violations_before) return std::nullopt;

  pipeline.shape = *shape;
  const double total = TotalTime(times, *shape, forward, backward) + other_time;
  if (!std::isfinite(total)) {
    violations.Add("pipeline.stage_costs",
                   "times whose sum over all ops is not finite, want smaller times");
    return std::nullopt;
  }
  pipeline.scale = TickScale::ForTotal(total);
  TickConverter to_ticks(pipeline.scale, violations);
  for (size_t i = 0; i < times.size(); ++i) {
    to_ticks.SetTimes(times[i], static_cast<int>(i), pipeline.stages[i]);
    pipeline.backward_split_defaulted |= !times[i].backward_input || !times[i].backward_weight;
  }
  const StageCost first = pipeline.stages[0];
  pipeline.stages.resize(static_cast<size_t>(num_stages), first);
  // The scale has no room for a time that no boundary takes.
  const bool takes_p2p = num_stages > 1 && !(forward.listed && backward.listed);
  const int64_t p2p_ticks = takes_p2p ? to_ticks(p2p_time, p2p_path) : 0;
  pipeline.p2p_forward = ToTicks(forward, p2p_ticks, to_ticks);
  pipeline.p2p_backward = ToTicks(backward, p2p_ticks, to_ticks);
  if (violations.count() > violations_before) return std::nullopt;
  return pipeline;
}

}  // namespace pipesched
