#ifndef PIPESCHED_RENDER_OP_COLUMNS_H_
#define PIPESCHED_RENDER_OP_COLUMNS_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "engine/model/order.h"
#include "engine/model/timeline.h"

namespace pipesched {

// Ops as pages carry them (render/html/plan.js reads them): LEB128 numbers, most of one
// byte.

// The largest number of ticks that all times of a timeline, and the `others`, are
// multiples of; at least 1.
int64_t CommonStep(const Timeline& timeline, absl::Span<const int64_t> others);

// Appends the ops of a rank, four numbers an op: stage * 8 + fused * 4 + kind; the
// microbatch less that of the op before it; the start less the end of the op before it,
// and the duration, both divided by `step`. The second op of a fused pair has the first
// two alone.
void AppendOps(const Order& order, const Timeline& timeline, int rank, int64_t step,
               std::string& bytes);

// Indices, each less the one before it.
std::string EncodeIndices(absl::Span<const int64_t> indices);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_OP_COLUMNS_H_
