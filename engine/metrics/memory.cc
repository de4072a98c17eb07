#include "engine/metrics/memory.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/numeric/int128.h"

namespace pipesched {

namespace {

// `Sum` holds every sum of bytes that can occur.
template <typename Sum>
MemoryPeak Find(const Pipeline& pipeline, Sum static_bytes, absl::Span<const Op> ops) {
  MemoryPeak peak;
  Sum bytes = static_bytes;
  Sum peak_bytes = static_bytes;
  int alive = 0;
  for (const Op op : ops) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(op.stage())];
    if (op.kind() == OpKind::kForward) {
      bytes += cost.activation_bytes;
      ++alive;
    }
    if (bytes > peak_bytes || !peak.op) {
      peak_bytes = bytes;
      peak.op = op;
    }
    peak.activations = std::max(peak.activations, alive);
    switch (op.kind()) {
      case OpKind::kForward: break;
      case OpKind::kBackward:
        bytes -= cost.activation_bytes;
        --alive;
        break;
      case OpKind::kBackwardInput: bytes -= cost.activation_bytes - cost.weight_grad_bytes; break;
      case OpKind::kBackwardWeight:
        bytes -= cost.weight_grad_bytes;
        --alive;
        break;
    }
  }
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  peak.bytes = peak_bytes > kLargest ? kLargest : static_cast<int64_t>(peak_bytes);
  return peak;
}

}  // namespace

MemoryPeak FindMemoryPeak(const Pipeline& pipeline, const Placement& placement, int rank,
                          absl::Span<const Op> ops) {
  absl::int128 static_bytes = 0;
  int64_t largest_activation = 0;
  for (const int stage : placement.StagesOf(rank)) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(stage)];
    static_bytes += cost.static_bytes;
    largest_activation = std::max(largest_activation, cost.activation_bytes);
  }
  const absl::int128 most =
      static_bytes + absl::int128(largest_activation) * static_cast<int64_t>(ops.size());
  if (most > std::numeric_limits<int64_t>::max()) return Find(pipeline, static_bytes, ops);
  return Find(pipeline, static_cast<int64_t>(static_bytes), ops);
}

}  // namespace pipesched
