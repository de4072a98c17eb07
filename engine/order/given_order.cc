#include "engine/order/given_order.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"

namespace pipesched {
namespace {

bool IsInside(const PipelineShape& shape, Op op) {
  return op.stage() < shape.num_stages() && op.microbatch() < shape.num_microbatches;
}

bool IsBidirectional(const PipelineShape& shape, const Order& order) {
  const bool fits =
      shape.chunks_per_rank == 1 && shape.num_ranks % 2 == 0 && shape.num_microbatches % 2 == 0;
  if (!fits) return false;
  const Placement placement = Placement::Bidirectional(shape);
  for (int r = 0; r < order.num_ranks(); ++r) {
    for (const Op op : order.rank(r)) {
      if (IsInside(shape, op) && placement.RankOf(op.stage(), op.microbatch()) != r) return false;
    }
  }
  return true;
}

}  // namespace

OrderSizes SizesOf(const Order& order) {
  OrderSizes sizes{.num_ranks = order.num_ranks()};
  for (const Op op : order.ops) {
    sizes.num_stages = std::max(sizes.num_stages, op.stage() + 1);
    sizes.num_microbatches = std::max(sizes.num_microbatches, op.microbatch() + 1);
  }
  return sizes;
}

absl::StatusOr<Placement> InferPlacement(const PipelineShape& shape, const Order& order) {
  constexpr int kUnknown = -1;
  std::vector<int> rank_of_stage(static_cast<size_t>(shape.num_stages()), kUnknown);
  for (int r = 0; r < order.num_ranks(); ++r) {
    for (const Op op : order.rank(r)) {
      if (!IsInside(shape, op)) continue;
      int& rank = rank_of_stage[static_cast<size_t>(op.stage())];
      if (rank == kUnknown) rank = r;
      if (rank == r) continue;
      if (IsBidirectional(shape, order)) return Placement::Bidirectional(shape);
      return absl::InvalidArgumentError(absl::StrCat("rank ", r, " runs ", FormatOp(op),
                                                     ", whose stage is on rank ", rank,
                                                     ", want each stage on one rank"));
    }
  }
  std::replace(rank_of_stage.begin(), rank_of_stage.end(), kUnknown, 0);
  return Placement(rank_of_stage, shape.num_ranks);
}

}  // namespace pipesched
