#include "engine/order/registry.h"

#include "engine/order/eager_1f1b.h"
#include "engine/order/gpipe.h"
#include "engine/order/one_f_one_b.h"

namespace pipesched {
namespace {

constexpr absl::string_view kOneStageARank = "V = 1, M >= 1";

constexpr ScheduleKind kKinds[] = {
    {.name = "gpipe",
     .description = "All forwards, then all backwards, in microbatch order.",
     .legality = kOneStageARank,
     .source = "GPipe, arXiv 1811.06965",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .make_order = MakeGpipeOrder},
    {.name = "1f1b",
     .description = "min(P-1-r, M) warm-up forwards on rank r, then a forward and a backward in "
                    "turn, then the rest of the backwards.",
     .legality = kOneStageARank,
     .source = "PipeDream-Flush, arXiv 2006.09503",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .make_order = Make1F1BOrder},
    {.name = "eager_1f1b",
     .description = "1F1B with min(2(P-1-r), M) warm-up forwards: hides p2p time, holds more "
                    "activations.",
     .legality = kOneStageARank,
     .source = "Alpa's eager 1F1B, arXiv 2211.05322",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .make_order = MakeEager1F1BOrder},
};

}  // namespace

absl::Span<const ScheduleKind> AllScheduleKinds() { return kKinds; }

const ScheduleKind* FindScheduleKind(absl::string_view name) {
  for (const ScheduleKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

bool ChunksAreLegal(const ScheduleKind& kind, int chunks_per_rank) {
  switch (kind.placement) {
    case PlacementKind::kLinear: return chunks_per_rank == 1;
  }
  return false;
}

}  // namespace pipesched
