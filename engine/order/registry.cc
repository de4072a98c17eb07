#include "engine/order/registry.h"

#include "engine/order/chimera.h"
#include "engine/order/dualpipe.h"
#include "engine/order/dualpipe_v.h"
#include "engine/order/eager_1f1b.h"
#include "engine/order/gpipe.h"
#include "engine/order/interleaved_1f1b.h"
#include "engine/order/interleaved_1f1b_overlap.h"
#include "engine/order/interleaved_zb.h"
#include "engine/order/looped_bfs.h"
#include "engine/order/one_f_one_b.h"
#include "engine/order/one_f_one_b_overlap.h"
#include "engine/order/v_1f1b.h"
#include "engine/order/v_half.h"
#include "engine/order/v_min.h"
#include "engine/order/wave.h"
#include "engine/order/zb_h1.h"
#include "engine/order/zb_h2.h"
#include "engine/order/zbv.h"

namespace pipesched {
namespace {

// For kinds whose order depends on the sizes only, not on the times.
template <Order (*kMake)(const PipelineShape& shape, const ScheduleParams& params)>
absl::StatusOr<Order> FromShape(const Pipeline& pipeline, const ScheduleParams& params, Cancelled) {
  return kMake(pipeline.shape, params);
}

int NumRanks(const PipelineShape& shape) { return shape.num_ranks; }

// Of an op in Justify: its links, slots and times, and its candidate's order.
constexpr int kFittingBytes = 100;

constexpr absl::string_view kOneStageARank = "V = 1, M >= 1";
constexpr absl::string_view kVPromise = "V = 2, M >= 1; its promise needs M >= P";

constexpr ScheduleKind kKinds[] = {
    {.name = "gpipe",
     .description = "All forwards, then all backwards, in microbatch order.",
     .legality = kOneStageARank,
     .source = "GPipe, arXiv 1811.06965",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .check = CheckOneStageARank,
     .make_order = FromShape<MakeGpipeOrder>},
    {.name = "1f1b",
     .description = "min(P-1-r, M) warm-up forwards on rank r, then a forward and a backward in "
                    "turn, then the rest of the backwards.",
     .legality = kOneStageARank,
     .source = "PipeDream-Flush, arXiv 2006.09503",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .check = CheckOneStageARank,
     .make_order = FromShape<Make1F1BOrder>},
    {.name = "eager_1f1b",
     .description = "1F1B with min(2(P-1-r), M) warm-up forwards: hides p2p time, holds more "
                    "activations.",
     .legality = kOneStageARank,
     .source = "Alpa's eager 1F1B, arXiv 2211.05322",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .check = CheckOneStageARank,
     .make_order = FromShape<MakeEager1F1BOrder>},
    {.name = "1f1b_overlap",
     .description = "min(2(P-1-r)+1, M) warm-up forwards, then a forward and a backward as one "
                    "fused block: hides what the two overlap.",
     .legality = kOneStageARank,
     .source = "1F1B with the overlapped block of DualPipe, arXiv 2412.19437",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 2,
     .check = CheckOneStageARank,
     .make_order = FromShape<Make1F1BOverlapOrder>},
    {.name = "zb_h1",
     .description = "1F1B with split backwards: weight halves fill what was idle, at 1F1B's "
                    "memory.",
     .legality = kOneStageARank,
     .source = "Zero Bubble, arXiv 2401.10241",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 3,
     .check = CheckOneStageARank,
     .make_order = FromShape<MakeZbH1Order>},
    {.name = "zb_h2",
     .description = "zb_h1 with twice the warm-up: no rank idles between its first and last op.",
     .legality = "V = 1, M >= 1; its promise needs M >= 2P-1",
     .source = "Zero Bubble, arXiv 2401.10241",
     .placement = PlacementKind::kLinear,
     .ops_per_microbatch = 3,
     .least_microbatches = [](const PipelineShape& shape) { return 2 * shape.num_ranks - 1; },
     .check = CheckOneStageARank,
     .make_order = FromShape<MakeZbH2Order>},
    {.name = "interleaved_1f1b",
     .description = "1F1B over V chunks a rank, in groups of g microbatches: the bubble of 1F1B "
                    "divided by V, for more transfers and activations.",
     .legality = "V >= 2; P <= g <= M, and M mod g = 0 or >= P (g = P by default)",
     .source = "Megatron-LM, arXiv 2104.04473",
     .placement = PlacementKind::kRoundRobin,
     .ops_per_microbatch = 2,
     .takes_group_size = true,
     .check = CheckGroups,
     .make_order = FromShape<MakeInterleaved1F1BOrder>},
    {.name = "interleaved_1f1b_overlap",
     .description = "interleaved_1f1b with one more warm-up forward, then a forward and a backward "
                    "as one fused block.",
     .legality = "V >= 2; P <= g <= M, and M mod g = 0 or >= P (g = P by default)",
     .source = "Megatron-LM, overlap_moe_expert_parallel_comm",
     .placement = PlacementKind::kRoundRobin,
     .ops_per_microbatch = 2,
     .takes_group_size = true,
     .check = CheckGroups,
     .make_order = FromShape<MakeInterleaved1F1BOverlapOrder>},
    {.name = "looped_bfs",
     .description = "All microbatches through one chunk after another, then back in reverse: few "
                    "transfers in flight, all activations held.",
     .legality = "V >= 2, M >= 1",
     .source = "Breadth-first pipeline parallelism, arXiv 2211.05953",
     .placement = PlacementKind::kRoundRobin,
     .ops_per_microbatch = 2,
     .check = CheckManyStagesARank,
     .make_order = FromShape<MakeLoopedBfsOrder>},
    {.name = "interleaved_zb",
     .description = "Interleaved 1F1B with split backwards: weight halves fill what was idle.",
     .legality = "V >= 2; M divisible by max(1, M div P)",
     .source = "PyTorch's ScheduleInterleavedZeroBubble, after arXiv 2401.10241",
     .placement = PlacementKind::kRoundRobin,
     .ops_per_microbatch = 3,
     .check = CheckRounds,
     .make_order = FromShape<MakeInterleavedZbOrder>},
    {.name = "zbv",
     .description = "Two chunks a rank in a V, split backwards: no rank idles between its first "
                    "and last op, at 1F1B's memory.",
     .legality = "V = 2, M >= 1; its promise needs M >= 3P/2",
     .source = "Zero Bubble, arXiv 2401.10241",
     .placement = PlacementKind::kV,
     .ops_per_microbatch = 3,
     .least_microbatches = [](const PipelineShape& shape) { return (3 * shape.num_ranks + 1) / 2; },
     .check = CheckTwoStagesARank,
     .make_order = FromShape<MakeZbVOrder>},
    {.name = "v_half",
     .description = "Two chunks a rank in a V, split backwards: about half of 1F1B's activations, "
                    "on every rank alike.",
     .legality = kVPromise,
     .source = "Controllable memory, arXiv 2405.15362",
     .placement = PlacementKind::kV,
     .ops_per_microbatch = 3,
     .least_microbatches = NumRanks,
     .fits_times = true,
     .working_bytes_an_op = kFittingBytes,
     .check = CheckTwoStagesARank,
     .make_order = MakeVHalfOrder},
    {.name = "v_min",
     .description = "Two chunks a rank in a V, split backwards: about a third of 1F1B's "
                    "activations, on every rank alike.",
     .legality = kVPromise,
     .source = "Controllable memory, arXiv 2405.15362",
     .placement = PlacementKind::kV,
     .ops_per_microbatch = 3,
     .least_microbatches = NumRanks,
     .fits_times = true,
     .working_bytes_an_op = kFittingBytes,
     .check = CheckTwoStagesARank,
     .make_order = MakeVMinOrder},
    {.name = "v_1f1b",
     .description = "Two chunks a rank in a V, full backwards: about two thirds of 1F1B's "
                    "activations, on every rank alike.",
     .legality = kVPromise,
     .source = "Controllable memory, arXiv 2405.15362",
     .placement = PlacementKind::kV,
     .ops_per_microbatch = 2,
     .least_microbatches = NumRanks,
     .fits_times = true,
     .working_bytes_an_op = kFittingBytes,
     .check = CheckTwoStagesARank,
     .make_order = MakeV1F1BOrder},
    {.name = "dualpipe",
     .description = "Two replicas run towards each other; a forward of one and a backward of the "
                    "other are a fused block.",
     .legality = "V = 1; P and M even, M >= 2P",
     .source = "DeepSeek-V3, arXiv 2412.19437",
     .placement = PlacementKind::kBidirectional,
     .ops_per_microbatch = 3,
     .check = CheckDualPipe,
     .make_order = FromShape<MakeDualPipeOrder>},
    {.name = "dualpipe_v",
     .description = "DualPipe folded into a V of two chunks a rank: its overlap without a second "
                    "replica.",
     .legality = "V = 2, M >= 2P",
     .source = "DualPipeV, github.com/deepseek-ai/DualPipe",
     .placement = PlacementKind::kV,
     .ops_per_microbatch = 3,
     .check = CheckDualPipeV,
     .make_order = FromShape<MakeDualPipeVOrder>},
    {.name = "chimera",
     .description = "Two replicas run 1F1B towards each other and fill each other's bubbles.",
     .legality = "V = 1; P and M even",
     .source = "Chimera, arXiv 2107.06925",
     .placement = PlacementKind::kBidirectional,
     .ops_per_microbatch = 2,
     .working_bytes_an_op = 14,
     .check = CheckTwoReplicas,
     .make_order = MakeChimeraOrder},
    {.name = "wave",
     .description = "Microbatches go down and up the ranks W = V/2 times; a turn needs no "
                    "transfer.",
     .legality = "V even, M >= 1",
     .source = "Hanayo, arXiv 2308.15762",
     .placement = PlacementKind::kWave,
     .ops_per_microbatch = 2,
     .fits_times = true,
     .working_bytes_an_op = kFittingBytes,
     .check = CheckEvenStagesARank,
     .make_order = MakeWaveOrder},
    {.name = kCustomKind,
     .description = "The caller's own order, checked and timed.",
     .legality = "each F and each backward (B, or I and W) once, a stage on one rank, no deadlock",
     .source = "the caller",
     .placement = PlacementKind::kGiven,
     .ops_per_microbatch = 3,
     .check = CheckNothing,
     .make_order = nullptr},
};

}  // namespace

absl::Span<const ScheduleKind> AllScheduleKinds() { return kKinds; }

const ScheduleKind* FindScheduleKind(absl::string_view name) {
  for (const ScheduleKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace pipesched
