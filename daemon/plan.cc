#include "daemon/plan.h"

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/errors.h"
#include "engine/digest/digest.h"
#include "engine/sim/simulator.h"

namespace pipesched {

namespace {

// Whether to stop is asked once in this many pauses.
constexpr size_t kPausesALook = 1 << 16;

// Pauses that take time, if there are any. Not all of them where `cancelled` says so.
void AppendPauses(const Pauses& pauses, Cancelled cancelled, std::string& canonical) {
  const auto append = [&](const std::vector<int64_t>& times) {
    for (size_t i = 0; i < times.size(); ++i) {
      if (i % kPausesALook == 0 && cancelled()) return;
      if (times[i] > 0) absl::StrAppend(&canonical, " ", i, ":", times[i]);
    }
  };
  if (pauses.empty()) return;
  absl::StrAppend(&canonical, " pauses");
  append(pauses.before);
  absl::StrAppend(&canonical, " after");
  append(pauses.after);
}

// The schedule with its parameters, defaults resolved, as its digest sees it. Not whole
// where `cancelled` says so.
std::string CanonicalSchedule(const PlanInput& input, const Placement& placement,
                              Cancelled cancelled) {
  std::string canonical(input.kind->name);
  if (input.kind->takes_group_size) {
    absl::StrAppend(&canonical, " group ", GroupSize(input.pipeline.shape, input.params));
  }
  if (!input.given) return canonical;
  absl::StrAppend(&canonical, " ranks");
  for (int replica = 0; replica < placement.num_replicas(); ++replica) {
    for (int s = 0; s < placement.num_stages(); ++s) {
      absl::StrAppend(&canonical, " ", placement.RankOfReplica(s, replica));
    }
  }
  AppendPauses(input.given->pauses, cancelled, canonical);
  return canonical;
}

Placement PlacementOf(const PlanInput& input) {
  return input.given ? input.given->placement
                     : MakePlacement(input.kind->placement, input.pipeline.shape);
}

absl::StatusOr<Order> OrderOf(PlanInput& input, Cancelled cancelled) {
  if (input.given) return std::move(input.given->order);
  return input.kind->make_order(input.pipeline, input.params, cancelled);
}

absl::StatusOr<Timeline> TimesOf(const PlanInput& input, const Placement& placement,
                                 const Order& order, Cancelled cancelled) {
  const Pauses no_pauses;
  absl::StatusOr<Timeline> timeline = Simulate(input.pipeline, placement, order, cancelled,
                                               input.given ? input.given->pauses : no_pauses);
  if (!absl::IsFailedPrecondition(timeline.status())) return timeline;
  return MakeError(timeline.status().code(), kOrderDeadlocks, timeline.status().message());
}

absl::StatusOr<Plan> ComputeOrStop(PlanInput input, Cancelled cancelled) {
  const CancelAllocation cancel_allocation(cancelled);
  const absl::Status stopped = absl::CancelledError("cancelled while computing");
  if (cancelled()) return stopped;
  Placement placement = PlacementOf(input);
  absl::StatusOr<Order> order = OrderOf(input, cancelled);
  if (!order.ok()) return order.status();
  if (cancelled()) return stopped;
  absl::StatusOr<Timeline> timeline = TimesOf(input, placement, *order, cancelled);
  if (!timeline.ok()) return timeline.status();
  absl::StatusOr<Metrics> metrics =
      ComputeMetrics(input.pipeline, placement, *order, *timeline, cancelled);
  if (!metrics.ok()) return metrics.status();
  const absl::StatusOr<Sha256Digest> order_digest = DigestOrder(*order, cancelled);
  if (!order_digest.ok()) return order_digest.status();
  const std::string schedule = CanonicalSchedule(input, placement, cancelled);
  if (cancelled()) return stopped;
  const Sha256Digest digest =
      DigestPlan(input.pipeline, schedule, kAlgorithmVersion, *order_digest);
  return Plan{std::move(input),    std::move(placement), *std::move(order), *std::move(timeline),
              *std::move(metrics), Hex(digest),          Hex(*order_digest)};
}

}  // namespace

std::vector<int> AllRanks(int num_ranks) {
  std::vector<int> ranks(static_cast<size_t>(num_ranks));
  std::iota(ranks.begin(), ranks.end(), 0);
  return ranks;
}

absl::StatusOr<Plan> ComputePlan(PlanInput input, Cancelled cancelled) {
  try {
    return ComputeOrStop(std::move(input), cancelled);
  } catch (const AllocationCancelled& stopped) {
    return absl::CancelledError(stopped.what());
  }
}

absl::StatusOr<std::string> PlanKey(const PlanInput& input, Cancelled cancelled) {
  Sha256Digest order = {};  // of an order that is made: the rest decides it
  if (input.given) {
    const absl::StatusOr<Sha256Digest> given = DigestOrder(input.given->order, cancelled);
    if (!given.ok()) return given.status();
    order = *given;
  }
  const std::string schedule = CanonicalSchedule(input, PlacementOf(input), cancelled);
  if (cancelled()) return absl::CancelledError("cancelled before computing");
  const Sha256Digest digest = DigestPlan(input.pipeline, schedule, kAlgorithmVersion, order);
  // No part of the digest, but a note of the response tells it.
  return absl::StrCat(Hex(digest), input.pipeline.backward_split_defaulted ? " defaulted" : "");
}

}  // namespace pipesched
