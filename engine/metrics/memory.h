#ifndef PIPESCHED_ENGINE_METRICS_MEMORY_H_
#define PIPESCHED_ENGINE_METRICS_MEMORY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "engine/model/op.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// Most that a rank holds at once. Memory is counted in byte deltas: F takes the
// activation bytes of its stage when it starts; when B ends it releases them;
// when I ends it releases all but the weight-grad bytes, which W releases.
struct MemoryPeak {
  // Activations alive, each from the start of its F to the end of its B or W.
  int activations = 0;
  // Static bytes of the rank's stages plus activations; the largest int64 also
  // stands for any larger sum.
  int64_t bytes = 0;
  // The first op at whose start the rank holds `bytes`; none if it runs no op.
  std::optional<Op> op;
};

// `ops` is what `rank` runs, in order.
MemoryPeak FindMemoryPeak(const Pipeline& pipeline, const Placement& placement, int rank,
                          absl::Span<const Op> ops);

// What an op releases when it ends.
int64_t ReleasedBytes(const StageCost& cost, OpKind kind);

// The rank's memory over time: the bytes that it holds while each op runs. It holds as
// much until the next op starts, less what the op releases when it ends. The largest
// int64 also stands for anything larger.
std::vector<int64_t> HeldBytes(const Pipeline& pipeline, const Placement& placement, int rank,
                               absl::Span<const Op> ops);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_METRICS_MEMORY_H_
