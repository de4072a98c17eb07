#include "engine/metrics/memory.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/numeric/int128.h"

namespace pipesched {

namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

template <typename Sum>
int64_t Clamp(Sum bytes) {
  return bytes > kLargest ? kLargest : static_cast<int64_t>(bytes);
}

// Calls visit(op, bytes, alive) for each op with what the rank holds while it runs.
// `Sum` holds every sum of bytes that can occur.
template <typename Sum, typename Visit>
void Follow(const Pipeline& pipeline, Sum static_bytes, absl::Span<const Op> ops, Visit visit) {
  Sum bytes = static_bytes;
  int alive = 0;
  for (const Op op : ops) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(op.stage())];
    const bool takes = op.kind() == OpKind::kForward;
    if (takes) {
      bytes += cost.activation_bytes;
      alive += ActivationChange(op.kind());
    }
    visit(op, bytes, alive);
    if (takes) continue;
    bytes -= ReleasedBytes(cost, op.kind());
    alive += ActivationChange(op.kind());
  }
}

// Calls use(static bytes) with the static bytes of a rank, in a type that holds every
// sum of bytes that can occur on it.
template <typename Use>
void WithStaticBytes(const Pipeline& pipeline, const Placement& placement, int rank, size_t num_ops,
                     Use use) {
  absl::int128 static_bytes = 0;
  int64_t largest_activation = 0;
  for (const int stage : placement.StagesOf(rank)) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(stage)];
    static_bytes += cost.static_bytes;
    largest_activation = std::max(largest_activation, cost.activation_bytes);
  }
  const absl::int128 most =
      static_bytes + absl::int128(largest_activation) * static_cast<int64_t>(num_ops);
  if (most > kLargest) {
    use(static_bytes);
  } else {
    use(static_cast<int64_t>(static_bytes));
  }
}

}  // namespace

int64_t ReleasedBytes(const StageCost& cost, OpKind kind) {
  switch (kind) {
    case OpKind::kForward: return 0;
    case OpKind::kBackward: return cost.activation_bytes;
    case OpKind::kBackwardInput: return cost.activation_bytes - cost.weight_grad_bytes;
    case OpKind::kBackwardWeight: return cost.weight_grad_bytes;
  }
  return 0;
}

MemoryPeak FindMemoryPeak(const Pipeline& pipeline, const Placement& placement, int rank,
                          absl::Span<const Op> ops) {
  MemoryPeak peak;
  WithStaticBytes(pipeline, placement, rank, ops.size(), [&](auto static_bytes) {
    auto peak_bytes = static_bytes;
    Follow(pipeline, static_bytes, ops, [&](Op op, auto bytes, int alive) {
      if (bytes > peak_bytes || !peak.op) {
        peak_bytes = bytes;
        peak.op = op;
      }
      peak.activations = std::max(peak.activations, alive);
    });
    peak.bytes = Clamp(peak_bytes);
  });
  return peak;
}

std::vector<int64_t> HeldBytes(const Pipeline& pipeline, const Placement& placement, int rank,
                               absl::Span<const Op> ops) {
  std::vector<int64_t> held;
  held.reserve(ops.size());
  WithStaticBytes(pipeline, placement, rank, ops.size(), [&](auto static_bytes) {
    Follow(pipeline, static_bytes, ops, [&](Op, auto bytes, int) { held.push_back(Clamp(bytes)); });
  });
  return held;
}

}  // namespace pipesched
