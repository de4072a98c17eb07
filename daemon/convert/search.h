#ifndef PIPESCHED_DAEMON_CONVERT_SEARCH_H_
#define PIPESCHED_DAEMON_CONVERT_SEARCH_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/search/search.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched {

// Most ranks and ops that a search looks at; not configurable.
inline constexpr int kMaxSearchRanks = 128;
inline constexpr int64_t kMaxSearchOps = 65'536;

// A comparison that was asked for: the machine, and numbers of stages a rank, ascending.
struct CompareInput {
  Pipeline machine;
  std::vector<int> chunks_per_rank;
};

// Adds all that is wrong to `violations`; the result may be used only if it added nothing.
CompareInput ConvertCompare(const v1::CompareSchedulesRequest& request, const Limits& limits,
                            Violations& violations);

// A search that was asked for.
struct SearchInput {
  SearchProblem problem;
  SearchBudget budget;
  absl::Duration time_budget = absl::InfiniteDuration();
  std::vector<int> ranks;  // of the answer, ascending
};

// Adds all that is wrong to `violations`, memory limits that no order fits among it; the
// result may be used only if it added nothing.
SearchInput ConvertSearch(const v1::SearchScheduleRequest& request, const Limits& limits,
                          Violations& violations);

// The contract's form of a pipeline with all defaults resolved; converting it back gives
// the same ticks.
v1::Pipeline PipelineToProto(const Pipeline& pipeline);

v1::SearchObjective ToProto(SearchObjective objective);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_SEARCH_H_
