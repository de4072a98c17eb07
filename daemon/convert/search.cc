#include "daemon/convert/search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/convert/machine.h"
#include "daemon/convert/pipeline.h"
#include "daemon/convert/response.h"
#include "daemon/convert/schedule.h"
#include "engine/model/order_text.h"
#include "engine/model/slices.h"

namespace pipesched {
namespace {

constexpr int kMostChunkNumbers = 16;
constexpr int kMostThreads = 64;
constexpr double kMostSeconds = 86400;
constexpr int64_t kMostCandidates = int64_t{1} << 53;
constexpr absl::Duration kDefaultTime = absl::Seconds(1);
constexpr int kOpsAMicrobatch = 3;  // F, I, W

void CheckOps(const PipelineShape& shape, int chunks, int64_t max_ops, Violations& violations) {
  const int64_t a_microbatch = int64_t{shape.num_stages()} * chunks * kOpsAMicrobatch;
  const int64_t ops = a_microbatch * shape.num_microbatches;
  if (ops <= max_ops) return;
  violations.AddLimit("pipeline.num_microbatches",
                      absl::StrCat(shape.num_microbatches, ": ", ops, " ops, want at most ",
                                   max_ops, " (num_microbatches <= ", max_ops / a_microbatch, ")"),
                      {"max_ops", ops, max_ops});
}

// Whether `chunks` is a number of stages that a rank may hold.
bool CheckChunks(int chunks, const std::string& field, const Limits& limits,
                 Violations& violations) {
  if (chunks < 1) {
    violations.Add(field, absl::StrCat(chunks, ", want [1, ", limits.max_chunks_per_rank, "]"));
    return false;
  }
  if (chunks > limits.max_chunks_per_rank) {
    violations.AddLimit(field, absl::StrCat(chunks, ", want [1, ", limits.max_chunks_per_rank, "]"),
                        {"max_chunks_per_rank", chunks, limits.max_chunks_per_rank});
    return false;
  }
  return true;
}

// The placements that a search looks at. Adds what does not go together to `violations`.
std::vector<SearchPlacement> ConvertPlacements(const v1::SearchScheduleRequest& request, int chunks,
                                               Violations& violations) {
  const auto want = [&](bool legal, absl::string_view rule) {
    if (!legal) violations.Add("chunks_per_rank", absl::StrCat(chunks, ": ", rule));
  };
  switch (request.placement()) {
    case v1::SEARCH_PLACEMENT_UNSPECIFIED:
      if (chunks == 1) return {{PlacementKind::kLinear, 1}};
      want(chunks == 2, "placement V holds two stages a rank, want 1 or 2, or another placement");
      return {{PlacementKind::kV, 2}};
    case v1::SEARCH_PLACEMENT_LINEAR:
      want(chunks == 1, "placement LINEAR holds one stage a rank, want 1");
      return {{PlacementKind::kLinear, 1}};
    case v1::SEARCH_PLACEMENT_V:
      want(chunks == 2, "placement V holds two stages a rank, want 2");
      return {{PlacementKind::kV, 2}};
    case v1::SEARCH_PLACEMENT_ROUND_ROBIN:
      want(chunks >= 2, "placement ROUND_ROBIN holds several stages a rank, want 2 or more");
      return {{PlacementKind::kRoundRobin, chunks}};
    case v1::SEARCH_PLACEMENT_ANY: {
      std::vector<SearchPlacement> all = {{PlacementKind::kLinear, 1},
                                          {PlacementKind::kBidirectional, 1}};
      const int many = std::max(2, chunks);
      all.push_back({PlacementKind::kV, 2});
      all.push_back({PlacementKind::kRoundRobin, many});
      if (many % 2 == 0) all.push_back({PlacementKind::kWave, many});
      return all;
    }
    default: break;
  }
  violations.Add("placement",
                 absl::StrCat(static_cast<int>(request.placement()),
                              ", want SEARCH_PLACEMENT_LINEAR, _V, _ROUND_ROBIN or _ANY"));
  return {};
}

int DefaultChunks(const v1::SearchScheduleRequest& request) {
  switch (request.placement()) {
    case v1::SEARCH_PLACEMENT_V:
    case v1::SEARCH_PLACEMENT_ROUND_ROBIN:
    case v1::SEARCH_PLACEMENT_ANY: return 2;
    default: return 1;
  }
}

SearchObjective ConvertObjective(v1::SearchObjective objective, Violations& violations) {
  switch (objective) {
    case v1::SEARCH_OBJECTIVE_UNSPECIFIED:
    case v1::SEARCH_OBJECTIVE_MAKESPAN: return SearchObjective::kMakespan;
    case v1::SEARCH_OBJECTIVE_LONGEST_RANK_SPAN: return SearchObjective::kLongestRankSpan;
    case v1::SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START:
      return SearchObjective::kLongestRankSpanFreeStart;
    default: break;
  }
  violations.Add("objective",
                 absl::StrCat(static_cast<int>(objective),
                              ", want SEARCH_OBJECTIVE_MAKESPAN, _LONGEST_RANK_SPAN or "
                              "_LONGEST_RANK_SPAN_FREE_START"));
  return SearchObjective::kMakespan;
}

void ConvertBudget(const v1::SearchScheduleRequest& request, SearchInput& input,
                   Violations& violations) {
  if (request.has_time_budget()) {
    const double seconds = request.time_budget();
    if (!(seconds > 0 && seconds <= kMostSeconds)) {
      violations.Add("time_budget", absl::StrCat(seconds, ", want (0, ", kMostSeconds, "]"));
    } else {
      input.time_budget = absl::Seconds(seconds);
    }
  } else if (!request.has_candidate_budget()) {
    input.time_budget = kDefaultTime;
  }
  if (request.has_candidate_budget()) {
    const int64_t candidates = request.candidate_budget();
    if (candidates < 1 || candidates > kMostCandidates) {
      violations.Add("candidate_budget", absl::StrCat(candidates, ", want [1, 2^53]"));
    }
    input.budget.candidates = candidates;
  }
  const double gap = request.target_gap();
  if (!(gap >= 0 && std::isfinite(gap))) {
    violations.Add("target_gap", absl::StrCat(gap, ", want [0, inf)"));
  }
  input.budget.gap = gap;
  input.budget.seed = request.seed();
  if (request.threads() < 0 || request.threads() > kMostThreads) {
    violations.Add("threads", absl::StrCat(request.threads(), ", want [0, ", kMostThreads, "]"));
  }
  input.budget.threads = std::max(1, request.threads());
}

void AddShortages(const SearchProblem& problem, const v1::Pipeline& pipeline,
                  Violations& violations) {
  for (const MemoryShortage& shortage : FindShortages(problem)) {
    const int index = pipeline.memory_limit_bytes_size() == 1 ? 0 : shortage.rank;
    violations.AddMemory(
        absl::StrCat("pipeline.memory_limit_bytes[", index, "]"),
        absl::StrCat(shortage.limit_bytes, ": no order fits, rank ", shortage.rank, " needs ",
                     shortage.needed_bytes, " bytes for ", FormatOp(shortage.op),
                     ", want at least ", shortage.needed_bytes),
        {shortage.rank, shortage.limit_bytes, shortage.needed_bytes});
  }
}

}  // namespace

CompareInput ConvertCompare(const v1::CompareSchedulesRequest& request, const Limits& limits,
                            Violations& violations) {
  CompareInput input;
  if (request.chunks_per_rank_size() > kMostChunkNumbers) {
    violations.Add("chunks_per_rank", absl::StrCat(request.chunks_per_rank_size(),
                                                   " numbers, want at most ", kMostChunkNumbers));
  } else {
    for (int i = 0; i < request.chunks_per_rank_size(); ++i) {
      const int chunks = request.chunks_per_rank(i);
      if (CheckChunks(chunks, absl::StrCat("chunks_per_rank[", i, "]"), limits, violations)) {
        input.chunks_per_rank.push_back(chunks);
      }
    }
  }
  if (request.chunks_per_rank().empty()) input.chunks_per_rank = {1, 2};
  std::sort(input.chunks_per_rank.begin(), input.chunks_per_rank.end());
  input.chunks_per_rank.erase(
      std::unique(input.chunks_per_rank.begin(), input.chunks_per_rank.end()),
      input.chunks_per_rank.end());
  const int most = input.chunks_per_rank.empty() ? 1 : input.chunks_per_rank.back();
  input.machine = ConvertMachine(request.has_pipeline() ? &request.pipeline() : nullptr, most,
                                 limits, violations);
  RefuseUnknownFields(request, "request", violations);
  if (violations.empty()) {
    CheckOps(input.machine.shape, most, limits.max_ops, violations);
  }
  return input;
}

SearchInput ConvertSearch(const v1::SearchScheduleRequest& request, const Limits& limits,
                          Violations& violations) {
  SearchInput input;
  const int chunks =
      request.has_chunks_per_rank() ? request.chunks_per_rank() : DefaultChunks(request);
  if (CheckChunks(chunks, "chunks_per_rank", limits, violations)) {
    input.problem.placements = ConvertPlacements(request, chunks, violations);
  }
  int most = 1;
  for (const SearchPlacement& placement : input.problem.placements) {
    most = std::max(most, placement.chunks_per_rank);
  }
  input.problem.machine = ConvertMachine(request.has_pipeline() ? &request.pipeline() : nullptr,
                                         most, limits, violations);
  input.problem.split_backward = !request.has_split_backward() || request.split_backward();
  input.problem.objective = ConvertObjective(request.objective(), violations);
  ConvertBudget(request, input, violations);
  RefuseUnknownFields(request, "request", violations);
  input.ranks = ConvertRanks(request.ranks(), input.problem.machine.shape.num_ranks, violations);
  if (!violations.empty()) return input;

  const PipelineShape& shape = input.problem.machine.shape;
  if (shape.num_ranks > kMaxSearchRanks) {
    violations.AddLimit(
        "pipeline.num_stages",
        absl::StrCat(shape.num_ranks, ": a search takes at most ", kMaxSearchRanks, " ranks"),
        {"max_search_ranks", shape.num_ranks, kMaxSearchRanks});
  }
  CheckOps(shape, most, std::min<int64_t>(kMaxSearchOps, limits.max_ops), violations);
  if (!HasUniformP2p(input.problem.machine)) {
    std::vector<SearchPlacement>& placements = input.problem.placements;
    placements.erase(std::remove_if(placements.begin(), placements.end(),
                                    [](const SearchPlacement& p) { return p.chunks_per_rank > 1; }),
                     placements.end());
    if (placements.empty()) {
      violations.Add("pipeline.p2p_times_forward",
                     "one value a boundary: slices cannot be split, want p2p_time or one stage "
                     "a rank");
    }
  }
  if (violations.empty()) AddShortages(input.problem, request.pipeline(), violations);
  return input;
}

v1::Pipeline PipelineToProto(const Pipeline& pipeline) {
  v1::Pipeline out;
  out.set_num_stages(pipeline.shape.num_stages());
  out.set_num_microbatches(pipeline.shape.num_microbatches);
  out.set_chunks_per_rank(pipeline.shape.chunks_per_rank);
  const auto units = [&](int64_t ticks) { return pipeline.scale.ToUnits(ticks); };
  for (const StageCost& cost : pipeline.stages) {
    v1::StageCost& record = *out.add_stage_costs();
    record.set_forward(units(cost.forward));
    record.set_backward(units(cost.backward));
    record.set_backward_input(units(cost.backward_input));
    record.set_backward_weight(units(cost.backward_weight));
    if (cost.overlapped_pair) record.set_overlapped_pair(units(*cost.overlapped_pair));
    record.set_activation_bytes(cost.activation_bytes);
    record.set_weight_grad_bytes(cost.weight_grad_bytes);
    record.set_static_bytes(cost.static_bytes);
  }
  if (HasUniformP2p(pipeline)) {
    out.set_p2p_time(pipeline.p2p_forward.empty() ? 0 : units(pipeline.p2p_forward[0]));
  } else {
    for (const int64_t time : pipeline.p2p_forward) out.add_p2p_times_forward(units(time));
    for (const int64_t time : pipeline.p2p_backward) out.add_p2p_times_backward(units(time));
  }
  for (const int64_t limit : pipeline.memory_limit_bytes) out.add_memory_limit_bytes(limit);
  return out;
}

v1::SearchObjective ToProto(SearchObjective objective) {
  switch (objective) {
    case SearchObjective::kMakespan: return v1::SEARCH_OBJECTIVE_MAKESPAN;
    case SearchObjective::kLongestRankSpan: return v1::SEARCH_OBJECTIVE_LONGEST_RANK_SPAN;
    case SearchObjective::kLongestRankSpanFreeStart:
      return v1::SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START;
  }
  return v1::SEARCH_OBJECTIVE_UNSPECIFIED;
}

}  // namespace pipesched
