#ifndef PIPESCHED_ENGINE_EXCHANGE_RUN_H_
#define PIPESCHED_ENGINE_EXCHANGE_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "engine/exchange/action_index.h"
#include "engine/exchange/validate.h"

namespace pipesched {

// A circle of actions that wait for each other, the first of which is named. As a chain:
// "rank 0 #3 0SEND_F1 waits for rank 1 #2 1RECV_F1 behind rank 1 #1 1SEND_B0 waits for ...".
struct WaitCycle {
  ActionId first;
  std::string chain;
};

// Runs a program in no time, to see whether it comes to its end. Inputs that no action
// makes, and sides of transfers that have no other, count as there: they are findings of
// their own.
class Run {
 public:
  // Without a transport only the ops run, and what they make is there at once.
  Run(const ActionIndex& index, std::optional<Transport> transport);

  // Runs as far as it goes; false if `cancelled` said so.
  bool ToTheEnd(Cancelled cancelled);

  // Nothing if the program came to its end.
  std::optional<WaitCycle> FindCycle() const;

 private:
  // One channel of a FIFO transport. Side 0 is the lower rank, or the source.
  struct Channel {
    std::vector<ActionId> sides[2];
    uint32_t posted[2] = {0, 0};
    uint32_t done = 0;
  };
  struct Place {
    uint32_t channel = 0;
    uint8_t side = 0;
  };
  // An action that cannot go on waits for `target`, which is held up by `blocked`.
  struct Wait {
    ActionId target;
    ActionId blocked;
  };

  bool IsFifo() const;
  void MakeChannels();
  Place PlaceOf(ActionId transfer) const;

  // Runs actions of a rank until one must wait.
  void Visit(int r);
  // Whether the action at which the rank stands is done, so that it can go on.
  bool Step(int r, ActionId id);
  bool StepTransfer(int r, ActionId id);
  void Post(ActionId transfer);
  void Complete(ActionId id);
  void Wake(ActionId rank_of, ActionId completed);
  // The other side of a transfer, on another rank; kNoAction if there is none.
  ActionId Other(ActionId transfer) const;

  // Calls visit(input) for each action that makes an input of the op, the ones it waits for
  // directly: a RECV where there is a transport and the data comes from another rank.
  template <typename Visitor>
  void ForEachInput(ActionId op, Visitor visit) const;
  ActionId MissingInput(ActionId op) const;
  bool IsPosted(ActionId id) const;
  ActionId BlockedAt(int r) const;
  ActionId HeadOf(Place place) const;

  std::vector<Wait> WaitsOf(ActionId id) const;
  std::vector<Wait> WaitsOfTransfer(ActionId id) const;
  std::vector<ActionId> FollowFirstWaits(ActionId start, std::vector<uint8_t>& seen) const;
  std::vector<ActionId> Shorten(std::vector<ActionId> cycle) const;
  std::string Name(ActionId id) const;

  const ActionIndex& index_;
  const std::optional<Transport> transport_;
  std::vector<uint8_t> done_;        // by action
  std::vector<ActionId> next_;       // action at which each rank stands
  std::vector<ActionId> end_;        // of its actions
  std::vector<ActionId> waits_for_;  // what each rank waits for; kNoAction: it does not
  std::vector<int> ready_;           // ranks to visit
  std::vector<Channel> channels_;
  absl::flat_hash_map<uint64_t, uint32_t> channel_of_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_RUN_H_
