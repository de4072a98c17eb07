#ifndef PIPESCHED_ENGINE_EXCHANGE_ACTION_INDEX_H_
#define PIPESCHED_ENGINE_EXCHANGE_ACTION_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/exchange/action.h"
#include "engine/model/placement.h"

namespace pipesched {

// Position of an action in Program::actions.
using ActionId = uint32_t;
inline constexpr ActionId kNoAction = ~ActionId{0};

// Where each action of a program stands, by what it does. Of duplicates the first.
class ActionIndex {
 public:
  // Kinds with one place a (stage, microbatch). B has a place of its own beside I.
  static constexpr size_t kNumPlaces = 8;

  ActionIndex(const Placement& placement, int num_microbatches, const Program& program)
      : program_(program),
        num_stages_(placement.num_stages()),
        num_microbatches_(num_microbatches),
        places_(
            kNumPlaces * static_cast<size_t>(num_stages_) * static_cast<size_t>(num_microbatches),
            kNoAction),
        ranks_(program.actions.size()) {
    for (int r = 0; r < program.num_ranks(); ++r) {
      const auto rank = static_cast<size_t>(r);
      for (auto i = program.rank_offsets[rank]; i < program.rank_offsets[rank + 1]; ++i) {
        ranks_[static_cast<size_t>(i)] = r;
      }
    }
  }

  const Program& program() const { return program_; }
  int num_stages() const { return num_stages_; }
  int num_microbatches() const { return num_microbatches_; }

  bool IsInside(int stage, int microbatch) const {
    return 0 <= stage && stage < num_stages_ && microbatch < num_microbatches_;
  }

  // `kind` is not of FSDP, and the stage and microbatch are inside.
  ActionId& At(ActionKind kind, int stage, int microbatch) {
    return places_[Place(kind, stage, microbatch)];
  }
  // kNoAction also for a stage outside.
  ActionId Find(ActionKind kind, int stage, int microbatch) const {
    return IsInside(stage, microbatch) ? places_[Place(kind, stage, microbatch)] : kNoAction;
  }

  // The B or I of a (stage, microbatch).
  ActionId FindBackward(int stage, int microbatch) const {
    const ActionId full = Find(ActionKind::kBackward, stage, microbatch);
    return full != kNoAction ? full : Find(ActionKind::kBackwardInput, stage, microbatch);
  }

  // The other side of a transfer.
  ActionId FindMate(Action transfer) const {
    const Mate mate = MateOf(transfer);
    return Find(mate.kind, mate.stage, transfer.microbatch());
  }

  Action action(ActionId id) const { return program_.actions[id]; }
  int RankOf(ActionId id) const { return ranks_[id]; }
  int64_t PositionOf(ActionId id) const {
    return int64_t{id} - program_.rank_offsets[static_cast<size_t>(RankOf(id))];
  }

 private:
  size_t Place(ActionKind kind, int stage, int microbatch) const {
    // What is needed together stands together.
    return (static_cast<size_t>(stage) * static_cast<size_t>(num_microbatches_) +
            static_cast<size_t>(microbatch)) *
               kNumPlaces +
           static_cast<size_t>(kind);
  }

  const Program& program_;
  const int num_stages_;
  const int num_microbatches_;
  std::vector<ActionId> places_;
  std::vector<int32_t> ranks_;  // of each action
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_ACTION_INDEX_H_
