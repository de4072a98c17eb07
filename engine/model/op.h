#ifndef PIPESCHED_ENGINE_MODEL_OP_H_
#define PIPESCHED_ENGINE_MODEL_OP_H_

#include <cstdint>

namespace pipesched {

enum class OpKind : uint8_t {
  kForward,         // F
  kBackward,        // B: inputs and weights in one op
  kBackwardInput,   // I: unblocks the previous stage
  kBackwardWeight,  // W: blocks nothing but the step's end
};
inline constexpr int kNumOpKinds = 4;

// The letter of the order text and of PyTorch's: F, B, I or W.
constexpr char OpLetter(OpKind kind) { return "FBIW"[static_cast<int>(kind)]; }

// What an op adds to the activations alive on its rank: each (stage, microbatch) counts
// from the start of its F to the end of its B or W.
constexpr int ActivationChange(OpKind kind) {
  switch (kind) {
    case OpKind::kForward: return 1;
    case OpKind::kBackwardInput: return 0;
    case OpKind::kBackward:
    case OpKind::kBackwardWeight: return -1;
  }
  return 0;
}

// Bounds of the numbers that an Op can hold, above every limit of the service.
inline constexpr int kMaxStages = 1 << 24;
inline constexpr int kMaxMicrobatches = 1 << 30;

// One op of an order: 8 bytes, since orders have millions of them.
//
// A fused pair (an overlapped forward and backward of different microbatches)
// is two consecutive ops of a rank, F then B, with `fused` true at both.
class Op {
 public:
  // `stage` in [0, kMaxStages), `microbatch` in [0, kMaxMicrobatches).
  constexpr Op(OpKind kind, int stage, int microbatch, bool fused = false)
      : stage_and_kind_(static_cast<uint32_t>(stage) << 3 | static_cast<uint32_t>(fused) << 2 |
                        static_cast<uint32_t>(kind)),
        microbatch_(static_cast<uint32_t>(microbatch)) {}

  constexpr OpKind kind() const { return static_cast<OpKind>(stage_and_kind_ & 3); }
  constexpr bool fused() const { return (stage_and_kind_ & 4) != 0; }
  constexpr int stage() const { return static_cast<int>(stage_and_kind_ >> 3); }
  constexpr int microbatch() const { return static_cast<int>(microbatch_); }

  friend constexpr bool operator==(const Op&, const Op&) = default;

 private:
  uint32_t stage_and_kind_;  // stage << 3 | fused << 2 | kind
  uint32_t microbatch_;
};
static_assert(sizeof(Op) == 8);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_OP_H_
