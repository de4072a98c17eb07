#include "daemon/plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/digest/digest.h"
#include "engine/sim/simulator.h"

namespace pipesched {

namespace {

// The schedule with its parameters, defaults resolved, as its digest sees it.
std::string CanonicalSchedule(const PlanInput& input) {
  if (!input.kind->takes_group_size) return std::string(input.kind->name);
  return absl::StrCat(input.kind->name, " group ", GroupSize(input.pipeline.shape, input.params));
}

}  // namespace

absl::StatusOr<Plan> ComputePlan(PlanInput input, Cancelled cancelled) {
  const absl::Status stopped = absl::CancelledError("cancelled while computing");
  if (cancelled()) return stopped;
  Placement placement = MakePlacement(input.kind->placement, input.pipeline.shape);
  Order order = input.kind->make_order(input.pipeline.shape, input.params);
  if (cancelled()) return stopped;
  absl::StatusOr<Timeline> timeline = Simulate(input.pipeline, placement, order, cancelled);
  if (!timeline.ok()) return timeline.status();
  absl::StatusOr<Metrics> metrics =
      ComputeMetrics(input.pipeline, placement, order, *timeline, cancelled);
  if (!metrics.ok()) return metrics.status();
  const absl::StatusOr<Sha256Digest> order_digest = DigestOrder(order, cancelled);
  if (!order_digest.ok()) return order_digest.status();
  const Sha256Digest digest =
      DigestPlan(input.pipeline, CanonicalSchedule(input), kAlgorithmVersion, *order_digest);
  return Plan{std::move(input),    std::move(placement), std::move(order),  *std::move(timeline),
              *std::move(metrics), Hex(digest),          Hex(*order_digest)};
}

}  // namespace pipesched
