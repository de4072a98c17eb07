#ifndef PIPESCHED_ENGINE_EXCHANGE_ARRIVALS_H_
#define PIPESCHED_ENGINE_EXCHANGE_ARRIVALS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/exchange/action.h"
#include "engine/model/placement.h"

namespace pipesched {

// What an op makes for another stage, and where that stage is.
struct Handover {
  int from = 0;          // stage
  int to = 0;            // stage; outside [0, S): the op makes nothing for another stage
  int to_rank = 0;       // of `to`
  bool forward = false;  // an activation, else a gradient
};

// Which data has reached the stage that needs it: activations by F, gradients by B or I.
class Arrivals {
 public:
  Arrivals(const Placement& placement, int num_microbatches)
      : placement_(placement),
        num_microbatches_(static_cast<size_t>(num_microbatches)),
        there_(2 * static_cast<size_t>(placement.num_stages()) * num_microbatches_) {}

  // The rank that holds the action's stage, for its microbatch.
  int RankOf(int stage, int microbatch) const { return placement_.RankOf(stage, microbatch); }

  // Whether what the op needs of another stage has arrived; true of other actions.
  bool IsReady(Action action) const {
    switch (action.kind()) {
      case ActionKind::kForward:
        return action.stage() == 0 ||
               there_[Place(/*forward=*/true, action.stage(), action.microbatch())] != 0;
      case ActionKind::kBackward:
      case ActionKind::kBackwardInput:
        return action.stage() == placement_.num_stages() - 1 ||
               there_[Place(/*forward=*/false, action.stage(), action.microbatch())] != 0;
      default: return true;
    }
  }

  // What the op makes for another stage, if anything.
  Handover MadeFor(Action action) const {
    Handover handover{.from = action.stage(), .to = -1};
    switch (action.kind()) {
      case ActionKind::kForward:
        handover.forward = true;
        handover.to = action.stage() + 1;
        break;
      case ActionKind::kBackward:
      case ActionKind::kBackwardInput: handover.to = action.stage() - 1; break;
      default: break;
    }
    if (handover.to >= placement_.num_stages()) handover.to = -1;
    if (handover.to >= 0) handover.to_rank = RankOf(handover.to, action.microbatch());
    return handover;
  }

  void Arrive(bool forward, int stage, int microbatch) {
    there_[Place(forward, stage, microbatch)] = 1;
  }

 private:
  size_t Place(bool forward, int stage, int microbatch) const {
    const auto row = 2 * static_cast<size_t>(stage) + (forward ? 1 : 0);
    return row * num_microbatches_ + static_cast<size_t>(microbatch);
  }

  const Placement& placement_;
  const size_t num_microbatches_;
  std::vector<uint8_t> there_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_ARRIVALS_H_
