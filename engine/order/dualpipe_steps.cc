#include "engine/order/dualpipe_steps.h"

#include <array>
#include <cstddef>
#include <vector>

namespace pipesched {
namespace {

// The ops of one rank. Lanes are 0 and 1.
class RankOrder {
 public:
  RankOrder(DualPipeLane lane0, DualPipeLane lane1, Order& order)
      : lanes_{Lane{lane0}, Lane{lane1}}, order_(order) {}

  void Forward(int lane) { Append(OpKind::kForward, At(lane), At(lane).forwards++, false); }
  void Backward(int lane) { Append(OpKind::kBackward, At(lane), At(lane).backwards++, false); }

  void Input(int lane) {
    Append(OpKind::kBackwardInput, At(lane), At(lane).backwards++, false);
    const Op input = order_.ops.back();
    waiting_.emplace_back(OpKind::kBackwardWeight, input.stage(), input.microbatch());
  }

  // The oldest W that waits.
  void Weight() { order_.ops.push_back(waiting_[next_weight_++]); }

  void Pair(int forward_lane) {
    Lane& forward = At(forward_lane);
    Lane& backward = At(1 - forward_lane);
    Append(OpKind::kForward, forward, forward.forwards++, true);
    Append(OpKind::kBackward, backward, backward.backwards++, true);
  }

 private:
  struct Lane {
    DualPipeLane lane;
    int forwards = 0;
    int backwards = 0;
  };

  Lane& At(int lane) { return lanes_[static_cast<size_t>(lane)]; }

  void Append(OpKind kind, const Lane& lane, int k, bool fused) {
    order_.ops.emplace_back(kind, lane.lane.stage, lane.lane.first_microbatch + k, fused);
  }

  std::array<Lane, 2> lanes_;
  Order& order_;
  std::vector<Op> waiting_;  // the Ws put off, from next_weight_ on
  size_t next_weight_ = 0;
};

}  // namespace

void AppendDualPipeRank(DualPipeLane lane0, DualPipeLane lane1, int depth, int k, int n,
                        Order& order) {
  RankOrder ops(lane0, lane1, order);
  const int to_turn = depth - k - 1;
  for (int i = 0; i < 2 * to_turn; ++i) ops.Forward(0);  // Step 1.
  for (int i = 0; i < k + 1; ++i) {                      // Step 2.
    ops.Forward(0);
    ops.Forward(1);
  }
  for (int i = 0; i < to_turn; ++i) {  // Step 3.
    ops.Input(1);
    ops.Weight();
    ops.Forward(1);
  }
  for (int i = 0; i < n - 2 * depth + k + 1; ++i) {  // Step 4.
    if (i == 0 && to_turn == 0) {
      ops.Forward(0);
      ops.Backward(1);
    } else {
      ops.Pair(0);
    }
    ops.Pair(1);
  }
  for (int i = 0; i < to_turn; ++i) {  // Step 5.
    ops.Backward(1);
    ops.Pair(1);
  }
  const int half = (k + 1) / 2;
  for (int i = 0; i < k + 1; ++i) {  // Step 6.
    const bool splits1 = i > half || (i == half && k % 2 == 1);
    const bool splits0 = i >= half;
    splits1 ? ops.Input(1) : ops.Backward(1);
    splits0 ? ops.Input(0) : ops.Backward(0);
  }
  for (int i = 0; i < to_turn; ++i) {  // Step 7.
    ops.Weight();
    ops.Input(0);
  }
  for (int i = 0; i < k + 1; ++i) ops.Weight();  // Step 8.
}

}  // namespace pipesched
