#ifndef PIPESCHED_ENGINE_ORDER_WAVE_H_
#define PIPESCHED_ENGINE_ORDER_WAVE_H_

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/legality.h"

namespace pipesched {

// Wave-like pipelines of Hanayo (arXiv 2308.15762): a microbatch goes down the ranks and
// up again W = V / 2 times, so that a rank whose chunk is at a turn goes on at once. Of
// seven building blocks with a period of 6W units, of those that hold at most 2WP chunks,
// the one that fits the pipeline's times best (see FitBlocks).
//
// At F = 1, B = 2, M = P it takes 6WM + 4(P - 1). Needs an even V; any M >= 1. Returns
// CANCELLED if `cancelled` said so.
absl::StatusOr<Order> MakeWaveOrder(const Pipeline& pipeline, const ScheduleParams& params,
                                    Cancelled cancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_WAVE_H_
