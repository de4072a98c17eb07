#ifndef PIPESCHED_ENGINE_ORDER_REGISTRY_H_
#define PIPESCHED_ENGINE_ORDER_REGISTRY_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/order/legality.h"

namespace pipesched {

// Rises whenever an equal request gives another order; part of every digest.
inline constexpr int kAlgorithmVersion = 1;

// The kind whose order comes with the request.
inline constexpr absl::string_view kCustomKind = "custom";

// One kind of schedule: a row of the registry.
struct ScheduleKind {
  absl::string_view name;         // on the command line; the enum value's suffix in lower case
  absl::string_view description;  // one sentence
  absl::string_view legality;     // for people, in the letters P, M, V, S
  absl::string_view source;       // paper or program
  PlacementKind placement;
  int ops_per_microbatch;  // most ops of one (stage, microbatch)

  // Fewest microbatches for which the kind keeps its promise; below, its orders are
  // legal but no better than others. Null: any number does.
  int (*least_microbatches)(const PipelineShape& shape) = nullptr;

  // Its order is fitted to the times of the pipeline, not made from the sizes alone,
  // which takes about 50 times as long an op.
  bool fits_times = false;

  // Memory that making the order takes besides the order, in bytes an op; of a kind
  // that is fitted up to kMostFittedOps ops.
  int working_bytes_an_op = 0;

  bool takes_group_size = false;  // ScheduleParams.microbatch_group_size
  RuleViolations (*check)(const PipelineShape& shape, const ScheduleParams& params);

  // Makes the order. The sizes and parameters are legal: `check` finds nothing. Returns
  // CANCELLED if `cancelled` said so. Null for "custom", whose order the caller gives.
  absl::StatusOr<Order> (*make_order)(const Pipeline& pipeline, const ScheduleParams& params,
                                      Cancelled cancelled);
};

// All kinds, in the order of the documentation.
absl::Span<const ScheduleKind> AllScheduleKinds();

// The kind of that name, or null.
const ScheduleKind* FindScheduleKind(absl::string_view name);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_REGISTRY_H_
