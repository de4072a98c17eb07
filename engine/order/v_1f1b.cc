#include "engine/order/v_1f1b.h"

#include <utility>
#include <vector>

#include "engine/order/building_blocks.h"

namespace pipesched {
namespace {

constexpr int kPeriod = 6;

// When a rank runs the ops of its two chunks.
struct Offsets {
  int f0, f1, b1, b0;
};

Offsets BlockA(int p, int r) {
  const int e = p % 3 == 2 ? 3 : 2;
  return {r, 2 * p - 1 - r, 2 * p + 3 * r, 8 * p - 6 + e - 3 * r};
}

Offsets BlockB(int p, int r) { return {r, 2 * p - 1 - r, 2 * p + 1 + 3 * r, 8 * p - 3 - 3 * r}; }

Offsets BlockC(int p, int r) {
  return {2 * r, 3 * p - 2 - r, 3 * p - 1 + 3 * r, 9 * p - 4 - 3 * r};
}

}  // namespace

absl::StatusOr<Order> MakeV1F1BOrder(const Pipeline& pipeline, const ScheduleParams&,
                                     Cancelled cancelled) {
  const int p = pipeline.shape.num_ranks;
  std::vector<Block> blocks;
  for (const auto offsets_of : {BlockA, BlockB, BlockC}) {
    blocks.push_back({kPeriod, [p, offsets_of](int r) -> std::vector<BlockOp> {
                        const Offsets at = offsets_of(p, r);
                        const int stage1 = 2 * p - 1 - r;
                        return {{OpKind::kForward, r, at.f0},
                                {OpKind::kForward, stage1, at.f1},
                                {OpKind::kBackward, stage1, at.b1},
                                {OpKind::kBackward, r, at.b0}};
                      }});
  }
  return FitBlocks(pipeline, MakePlacement(PlacementKind::kV, pipeline.shape), blocks,
                   2 * (2 * p / 3 + 1), cancelled);
}

}  // namespace pipesched
