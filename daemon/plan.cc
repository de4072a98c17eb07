#include "daemon/plan.h"

#include <utility>

#include "engine/digest/digest.h"
#include "engine/sim/simulator.h"

namespace pipesched {

absl::StatusOr<Plan> ComputePlan(PlanInput input, Cancelled cancelled) {
  const absl::Status stopped = absl::CancelledError("cancelled while computing");
  if (cancelled()) return stopped;
  Placement placement = MakePlacement(input.kind->placement, input.pipeline.shape);
  Order order = input.kind->make_order(input.pipeline.shape);
  if (cancelled()) return stopped;
  absl::StatusOr<Timeline> timeline = Simulate(input.pipeline, placement, order, cancelled);
  if (!timeline.ok()) return timeline.status();
  absl::StatusOr<Metrics> metrics =
      ComputeMetrics(input.pipeline, placement, order, *timeline, cancelled);
  if (!metrics.ok()) return metrics.status();
  const absl::StatusOr<Sha256Digest> order_digest = DigestOrder(order, cancelled);
  if (!order_digest.ok()) return order_digest.status();
  const Sha256Digest digest =
      DigestPlan(input.pipeline, input.kind->name, kAlgorithmVersion, *order_digest);
  return Plan{std::move(input),    std::move(placement), std::move(order),  *std::move(timeline),
              *std::move(metrics), Hex(digest),          Hex(*order_digest)};
}

}  // namespace pipesched
