#include "daemon/plan.h"

#include <utility>

#include "engine/digest/digest.h"
#include "engine/sim/simulator.h"

namespace pipesched {

absl::StatusOr<Plan> ComputePlan(PlanInput input, Cancelled cancelled) {
  const absl::Status stopped = absl::CancelledError("cancelled while computing");
  Placement placement = MakePlacement(input.kind->placement, input.pipeline.shape);
  Order order = input.kind->make_order(input.pipeline.shape);
  if (cancelled()) return stopped;
  absl::StatusOr<Timeline> timeline = Simulate(input.pipeline, placement, order, cancelled);
  if (!timeline.ok()) return timeline.status();
  if (cancelled()) return stopped;
  Metrics metrics = ComputeMetrics(input.pipeline, placement, order, *timeline);
  if (cancelled()) return stopped;
  const Sha256Digest order_digest = DigestOrder(order);
  const Sha256Digest digest =
      DigestPlan(input.pipeline, input.kind->name, kAlgorithmVersion, order_digest);
  if (cancelled()) return stopped;
  return Plan{std::move(input),   std::move(placement), std::move(order), *std::move(timeline),
              std::move(metrics), Hex(digest),          Hex(order_digest)};
}

}  // namespace pipesched
