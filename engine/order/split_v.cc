#include "engine/order/split_v.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/order/building_blocks.h"

namespace pipesched {
namespace {

constexpr int kPeriod = 6;

// The first time after `input` that is `residue` mod the period.
int WeightTime(int input, int residue) {
  const int wait = ((residue - input) % kPeriod + kPeriod) % kPeriod;
  return input + wait;
}

// The block of a rank: its W1 and W0 take the two free residues so that they wait
// least; of equal ways the one with the earlier W1.
std::vector<BlockOp> BlockOf(const SplitVOffsets& at, int p, int r) {
  std::array<bool, kPeriod> taken = {};
  for (const int time : {at.f0, at.f1, at.i1, at.i0}) {
    taken[static_cast<size_t>(time % kPeriod)] = true;
  }
  std::vector<int> free;
  for (int residue = 0; residue < kPeriod; ++residue) {
    if (!taken[static_cast<size_t>(residue)]) free.push_back(residue);
  }
  const auto ways = [&](int residue1, int residue0) {
    return std::pair(WeightTime(at.i1, residue1), WeightTime(at.i0, residue0));
  };
  const std::pair<int, int> one = ways(free[0], free[1]);
  const std::pair<int, int> other = ways(free[1], free[0]);
  const auto total = [](std::pair<int, int> way) { return way.first + way.second; };
  const auto [w1, w0] =
      std::pair(total(one), one.first) < std::pair(total(other), other.first) ? one : other;
  const int stage1 = 2 * p - 1 - r;
  return {{OpKind::kForward, r, at.f0},
          {OpKind::kForward, stage1, at.f1},
          {OpKind::kBackwardInput, stage1, at.i1},
          {OpKind::kBackwardInput, r, at.i0},
          {OpKind::kBackwardWeight, stage1, w1},
          {OpKind::kBackwardWeight, r, w0}};
}

}  // namespace

absl::StatusOr<Order> MakeSplitVOrder(const Pipeline& pipeline,
                                      SplitVOffsets (*offsets_of)(int num_ranks, int rank),
                                      Cancelled cancelled) {
  const int p = pipeline.shape.num_ranks;
  const Block block{kPeriod, [&](int r) { return BlockOf(offsets_of(p, r), p, r); }};
  return FitBlocks(pipeline, MakePlacement(PlacementKind::kV, pipeline.shape), {block},
                   /*most_alive=*/0, cancelled);
}

}  // namespace pipesched
