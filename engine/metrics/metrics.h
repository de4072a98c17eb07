#ifndef PIPESCHED_ENGINE_METRICS_METRICS_H_
#define PIPESCHED_ENGINE_METRICS_METRICS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/metrics/critical_path.h"
#include "engine/metrics/memory.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"

namespace pipesched {

// What a timeline costs on one rank, in ticks.
struct RankMetrics {
  int64_t busy = 0;
  int64_t idle_before = 0;   // before the first op
  int64_t idle_between = 0;  // between ops
  int64_t idle_after = 0;    // after the last op
  MemoryPeak peak;

  int64_t idle() const { return idle_before + idle_between + idle_after; }
};

// What a timeline costs. Times are in ticks.
struct Metrics {
  int64_t makespan = 0;
  double bubble_rate = 0;      // idle rank time / (P * makespan), in [0, 1)
  double bubble_overhead = 0;  // idle rank time / busy rank time
  // Largest (own last end - own first start) of a rank: the cost of the
  // zero-bubble papers (arXiv 2401.10241).
  int64_t longest_rank_span = 0;
  double longest_span_bubble_rate = 0;  // 1 - largest busy / longest_rank_span
  int64_t lower_bound = 0;              // see lower_bound.h
  double gap = 0;                       // makespan / lower_bound - 1
  std::vector<RankMetrics> ranks;       // P
  CriticalPath critical_path;
};

// `timeline` is what Simulate made of `order`. Returns CANCELLED if `cancelled`,
// asked once a rank, said so.
absl::StatusOr<Metrics> ComputeMetrics(const Pipeline& pipeline, const Placement& placement,
                                       const Order& order, const Timeline& timeline,
                                       Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_METRICS_METRICS_H_
