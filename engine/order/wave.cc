#include "engine/order/wave.h"

#include <utility>
#include <vector>

#include "engine/order/building_blocks.h"

namespace pipesched {
namespace {

// How long after the op before it, in half units of time, a forward and a backward of
// the block start. At a turn it is as long as the op before it lasts.
struct Pace {
  int forward, backward;
};
constexpr Pace kPaces[] = {{2, 4}, {2, 6}, {3, 5}, {3, 6}, {4, 4}, {4, 8}, {3, 4}};
constexpr int kForwardTime = 2;
constexpr int kBackwardTime = 4;

// When the block runs the ops of each stage, in half units.
struct BlockTimes {
  std::vector<int> forward, backward;
};

BlockTimes TimesOf(const Placement& placement, Pace pace) {
  const auto num_stages = static_cast<size_t>(placement.num_stages());
  BlockTimes times{std::vector<int>(num_stages), std::vector<int>(num_stages)};
  const auto is_turn = [&](size_t stage) {
    return placement.RankOf(static_cast<int>(stage), 0) ==
           placement.RankOf(static_cast<int>(stage) + 1, 0);
  };
  for (size_t s = 1; s < num_stages; ++s) {
    times.forward[s] = times.forward[s - 1] + (is_turn(s - 1) ? kForwardTime : pace.forward);
  }
  times.backward[num_stages - 1] = times.forward[num_stages - 1] + kForwardTime;
  for (size_t s = num_stages - 1; s-- > 0;) {
    times.backward[s] = times.backward[s + 1] + (is_turn(s) ? kBackwardTime : pace.backward);
  }
  return times;
}

}  // namespace

absl::StatusOr<Order> MakeWaveOrder(const Pipeline& pipeline, const ScheduleParams&,
                                    Cancelled cancelled) {
  const PipelineShape& shape = pipeline.shape;
  const Placement placement = MakePlacement(PlacementKind::kWave, shape);
  const int period = (kForwardTime + kBackwardTime) * shape.chunks_per_rank;
  std::vector<Block> blocks;
  for (const Pace pace : kPaces) {
    blocks.push_back({period, [&placement, times = TimesOf(placement, pace)](int r) {
                        std::vector<BlockOp> ops;
                        for (const int stage : placement.StagesOf(r)) {
                          const auto s = static_cast<size_t>(stage);
                          ops.push_back({OpKind::kForward, stage, times.forward[s]});
                          ops.push_back({OpKind::kBackward, stage, times.backward[s]});
                        }
                        return ops;
                      }});
  }
  return FitBlocks(pipeline, placement, blocks, shape.num_stages(), cancelled);
}

}  // namespace pipesched
