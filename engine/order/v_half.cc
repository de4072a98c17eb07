#include "engine/order/v_half.h"

#include "engine/order/split_v.h"

namespace pipesched {
namespace {

SplitVOffsets OffsetsOf(int p, int r) {
  const int e = p % 2 == 0 ? 3 : 0;
  return {2 * r, 3 * p - r - 2, 3 * p + e + 2 * r - 1, 6 * p + e - r - 2};
}

}  // namespace

absl::StatusOr<Order> MakeVHalfOrder(const Pipeline& pipeline, const ScheduleParams&,
                                     Cancelled cancelled) {
  return MakeSplitVOrder(pipeline, OffsetsOf, cancelled);
}

}  // namespace pipesched
