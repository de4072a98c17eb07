#ifndef PIPESCHED_ENGINE_SIM_DATA_FLOW_H_
#define PIPESCHED_ENGINE_SIM_DATA_FLOW_H_

#include <array>

#include "engine/model/op.h"

namespace pipesched {

// What ops make and need, the one place that says it:
//
//   F(s, j)  makes the activation (s, j);  needs the activation (s - 1, j)
//   B(s, j)  makes the gradient (s, j);    needs the activation (s, j) and the
//   I(s, j)  makes the gradient (s, j);      gradient (s + 1, j)
//   W(s, j)  makes nothing;                needs the gradient (s, j)
//
// Stage 0 needs no activation, stage S - 1 no gradient of another stage. A
// gradient counts the same whether a B or an I made it. A fused pair needs what
// its two ops need, and makes what they make when the block ends.
enum class DataKind { kActivation, kGradient };

// Data of one microbatch at one stage. `stage` is outside [0, S) for data that
// needs no waiting for.
struct Data {
  DataKind kind;
  int stage;
};

// What `op` needs: first what comes from another stage, then what its own stage
// made before. An op without the second needs the first twice.
constexpr std::array<Data, 2> NeedsOf(Op op) {
  const int s = op.stage();
  switch (op.kind()) {
    case OpKind::kForward:
      return {{{DataKind::kActivation, s - 1}, {DataKind::kActivation, s - 1}}};
    case OpKind::kBackward:
    case OpKind::kBackwardInput:
      return {{{DataKind::kGradient, s + 1}, {DataKind::kActivation, s}}};
    case OpKind::kBackwardWeight: return {{{DataKind::kGradient, s}, {DataKind::kGradient, s}}};
  }
  return {};
}

// Whether `op` makes data, of kind MadeBy(op.kind()) at its own stage.
constexpr bool MakesData(OpKind kind) { return kind != OpKind::kBackwardWeight; }
constexpr DataKind MadeBy(OpKind kind) {
  return kind == OpKind::kForward ? DataKind::kActivation : DataKind::kGradient;
}

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SIM_DATA_FLOW_H_
