#include "engine/order/v_min.h"

#include "engine/order/split_v.h"

namespace pipesched {
namespace {

SplitVOffsets OffsetsOf(int p, int r) {
  const int e = p % 3 == 0 ? 2 : 0;
  return {r, 2 * p - r - 1, 2 * p + e + r, 4 * p + e - r - 1};
}

}  // namespace

absl::StatusOr<Order> MakeVMinOrder(const Pipeline& pipeline, const ScheduleParams&,
                                    Cancelled cancelled) {
  return MakeSplitVOrder(pipeline, OffsetsOf, cancelled);
}

}  // namespace pipesched
