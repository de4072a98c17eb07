#include "engine/metrics/memory.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/numeric/int128.h"

namespace pipesched {

MemoryPeak FindMemoryPeak(const Pipeline& pipeline, const Placement& placement, int rank,
                          absl::Span<const Op> ops) {
  MemoryPeak peak;
  if (ops.empty()) return peak;
  absl::int128 bytes = 0;  // 16,777,216 activations of 2^63 bytes fit.
  for (const int stage : placement.StagesOf(rank)) {
    bytes += pipeline.stages[static_cast<size_t>(stage)].static_bytes;
  }
  absl::int128 peak_bytes = -1;
  int alive = 0;
  for (const Op op : ops) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(op.stage())];
    if (op.kind() == OpKind::kForward) {
      bytes += cost.activation_bytes;
      ++alive;
    }
    if (bytes > peak_bytes) {
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

}  // namespace pipesched
