#ifndef PIPESCHED_DAEMON_PLAN_H_
#define PIPESCHED_DAEMON_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/metrics/metrics.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"
#include "engine/order/given_order.h"
#include "engine/order/registry.h"

namespace pipesched {

// What a plan is computed from, checked: see ConvertPlanInput.
struct PlanInput {
  Pipeline pipeline;
  const ScheduleKind* kind = nullptr;
  ScheduleParams params;
  std::optional<GivenOrder> given;  // of the kind "custom", whole
};

// A computed schedule: what every response is made of, whatever its view,
// ranks, labels or format.
struct Plan {
  PlanInput input;
  Placement placement;
  Order order;
  Timeline timeline;
  Metrics metrics;
  std::string digest;        // see DigestPlan; 64 hexadecimal digits
  std::string order_digest;  // see DigestOrder; 64 hexadecimal digits
};

// 0 to P - 1.
std::vector<int> AllRanks(int num_ranks);

// Computes a plan. Returns FAILED_PRECONDITION, reason ORDER_DEADLOCKS, if a given order
// deadlocks, and CANCELLED if `cancelled` said so.
absl::StatusOr<Plan> ComputePlan(PlanInput input, Cancelled cancelled);

// What a plan is a function of, as a short text: equal inputs, of this version of the
// program, have equal keys and so equal plans. Never sent to anyone. CANCELLED if
// `cancelled` said so.
absl::StatusOr<std::string> PlanKey(const PlanInput& input, Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_PLAN_H_
