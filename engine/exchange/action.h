#ifndef PIPESCHED_ENGINE_EXCHANGE_ACTION_H_
#define PIPESCHED_ENGINE_EXCHANGE_ACTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/model/column.h"
#include "engine/model/op.h"

namespace pipesched {

// What a rank of a training framework does: an op, one side of a transfer, or what
// fully sharded data parallelism (FSDP) does between ops.
enum class ActionKind : uint8_t {
  kForward,         // F; these four have the values of OpKind
  kBackward,        // B
  kBackwardInput,   // I
  kBackwardWeight,  // W
  // The stage of a transfer is the one of the rank that executes it: 0SEND_F7 goes with
  // 1RECV_F7, 1SEND_B7 with 0RECV_B7.
  kSendForward,
  kReceiveForward,
  kSendBackward,
  kReceiveBackward,
  kUnshard,
  kReshard,
  kReduceGrad,
};
inline constexpr int kNumActionKinds = 11;

// PyTorch's name: "F", "SEND_F", "UNSHARD".
absl::string_view ActionName(ActionKind kind);

constexpr bool IsCompute(ActionKind kind) { return kind <= ActionKind::kBackwardWeight; }
constexpr bool IsSend(ActionKind kind) {
  return kind == ActionKind::kSendForward || kind == ActionKind::kSendBackward;
}
constexpr bool IsReceive(ActionKind kind) {
  return kind == ActionKind::kReceiveForward || kind == ActionKind::kReceiveBackward;
}
constexpr bool IsTransfer(ActionKind kind) { return IsSend(kind) || IsReceive(kind); }
constexpr bool IsFsdp(ActionKind kind) { return kind >= ActionKind::kUnshard; }

// One action of a rank. A fused pair is two consecutive ones, as for Op.
class Action {
 public:
  static constexpr int kNoMicrobatch = -1;  // of FSDP actions

  // `stage` in [0, kMaxStages), `microbatch` in [0, kMaxMicrobatches) or kNoMicrobatch.
  constexpr Action(ActionKind kind, int stage, int microbatch, bool fused = false)
      : stage_and_kind_(static_cast<uint32_t>(stage) << 5 | static_cast<uint32_t>(fused) << 4 |
                        static_cast<uint32_t>(kind)),
        microbatch_(microbatch) {}
  constexpr explicit Action(Op op)
      : Action(static_cast<ActionKind>(op.kind()), op.stage(), op.microbatch(), op.fused()) {}

  constexpr ActionKind kind() const { return static_cast<ActionKind>(stage_and_kind_ & 15); }
  constexpr bool fused() const { return (stage_and_kind_ & 16) != 0; }
  constexpr int stage() const { return static_cast<int>(stage_and_kind_ >> 5); }
  constexpr int microbatch() const { return microbatch_; }

  // Only of an op.
  constexpr Op op() const {
    return Op(static_cast<OpKind>(kind()), stage(), microbatch(), fused());
  }

  friend constexpr bool operator==(const Action&, const Action&) = default;

 private:
  uint32_t stage_and_kind_;  // stage << 5 | fused << 4 | kind
  int32_t microbatch_;
};
static_assert(sizeof(Action) == 8);

// The other side of a transfer: 1RECV_F7 for 0SEND_F7. Its stage is -1 or S where
// there is none.
struct Mate {
  ActionKind kind;
  int stage;
};
constexpr Mate MateOf(Action transfer) {
  switch (transfer.kind()) {
    case ActionKind::kSendForward: return {ActionKind::kReceiveForward, transfer.stage() + 1};
    case ActionKind::kReceiveForward: return {ActionKind::kSendForward, transfer.stage() - 1};
    case ActionKind::kSendBackward: return {ActionKind::kReceiveBackward, transfer.stage() - 1};
    default: return {ActionKind::kSendBackward, transfer.stage() + 1};
  }
}

// "0SEND_F7", "2UNSHARD".
std::string FormatAction(Action action);

// Who does what, in which sequence: an order with what a framework does besides. The
// actions of rank r are actions[rank_offsets[r]] to actions[rank_offsets[r + 1] - 1].
struct Program {
  Column<Action> actions;
  std::vector<int64_t> rank_offsets = {0};  // P + 1

  int num_ranks() const { return static_cast<int>(rank_offsets.size()) - 1; }
  int64_t num_actions() const { return static_cast<int64_t>(actions.size()); }

  absl::Span<const Action> rank(int r) const {
    const auto begin = static_cast<size_t>(rank_offsets[static_cast<size_t>(r)]);
    const auto end = static_cast<size_t>(rank_offsets[static_cast<size_t>(r) + 1]);
    return absl::MakeConstSpan(actions).subspan(begin, end - begin);
  }

  // Ends the list of the rank that `actions` was last appended for.
  void EndRank() { rank_offsets.push_back(num_actions()); }

  friend bool operator==(const Program&, const Program&) = default;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_ACTION_H_
