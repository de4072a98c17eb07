#ifndef PIPESCHED_ENGINE_ORDER_PHASES_H_
#define PIPESCHED_ENGINE_ORDER_PHASES_H_

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"

namespace pipesched {

// A number of ops of a rank.
using OfRank = absl::FunctionRef<int(int rank)>;

// An order without ops, with room for `ops_a_microbatch` a (stage, microbatch).
Order EmptyOrder(const PipelineShape& shape, size_t ops_a_microbatch);

// In which order a rank with several chunks takes up its microbatches: (microbatch,
// chunk) of its k-th forward. Its k-th backward is the k-th entry too, with the
// chunk counted from the last. Stage chunk * P + r is chunk `chunk` of rank r.
struct TableEntry {
  int microbatch;
  int chunk;
};
using Table = std::vector<TableEntry>;

// Interleaved: for each group of `group_size` microbatches (the last one may be
// smaller), for each chunk, for each microbatch of the group. M * V entries. With
// V = 2, groups of 3, M = 5: microbatches 0 1 2 0 1 2 3 4 3 4, chunks
// 0 0 0 1 1 1 0 0 1 1.
Table MakeInterleavedTable(const PipelineShape& shape, int group_size);

// The three phases of the schedules with full backwards: on rank r, `warmup_of(r)`
// forwards, then a forward and a backward in turn until every forward has run,
// then the rest of the backwards. `warmup_of(r)` is in [0, M * V]. With `pairs` the
// forward and the backward of each turn are a fused pair; then warmup_of(r) >= 1.
//
// Without a table V is 1, and microbatches are in ascending order.
Order MakeThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of, bool pairs = false);
Order MakeThreePhaseOrder(const PipelineShape& shape, const Table& table, OfRank warmup_of,
                          bool pairs = false);

// The same with split backwards: on rank r, `warmup_of(r)` forwards; then F and I
// in turn, and one W, of the oldest I that waits for one, after each j-th I with
// j >= first_weight_after(r); then I and W in turn, whatever j; then the rest of the
// Ws. The phases of the zero-bubble schedules (arXiv 2401.10241).
Order MakeSplitThreePhaseOrder(const PipelineShape& shape, OfRank warmup_of,
                               OfRank first_weight_after);
Order MakeSplitThreePhaseOrder(const PipelineShape& shape, const Table& table, OfRank warmup_of,
                               OfRank first_weight_after);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_ORDER_PHASES_H_
