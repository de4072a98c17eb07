#include "engine/order/passes.h"

#include "absl/types/span.h"

namespace pipesched {

Order SplitBackward(const Order& order) {
  Order split;
  split.ops.reserve(order.ops.size() + order.ops.size() / 2);
  for (int r = 0; r < order.num_ranks(); ++r) {
    for (const Op op : order.rank(r)) {
      if (op.kind() != OpKind::kBackward || op.fused()) {
        split.ops.push_back(op);
      } else {
        split.ops.emplace_back(OpKind::kBackwardInput, op.stage(), op.microbatch());
        split.ops.emplace_back(OpKind::kBackwardWeight, op.stage(), op.microbatch());
      }
    }
    split.EndRank();
  }
  return split;
}

Order MergeBackward(const Order& order) {
  Order merged;
  merged.ops.reserve(order.ops.size());
  for (int r = 0; r < order.num_ranks(); ++r) {
    const absl::Span<const Op> ops = order.rank(r);
    for (size_t i = 0; i < ops.size(); ++i) {
      const Op op = ops[i];
      const Op weight_half(OpKind::kBackwardWeight, op.stage(), op.microbatch());
      if (op.kind() == OpKind::kBackwardInput && i + 1 < ops.size() && ops[i + 1] == weight_half) {
        merged.ops.emplace_back(OpKind::kBackward, op.stage(), op.microbatch());
        ++i;
      } else {
        merged.ops.push_back(op);
      }
    }
    merged.EndRank();
  }
  return merged;
}

}  // namespace pipesched
