#ifndef PIPESCHED_ENGINE_MODEL_ORDER_H_
#define PIPESCHED_ENGINE_MODEL_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/model/column.h"
#include "engine/model/op.h"

namespace pipesched {

// Who runs what, in which sequence; no times. The ops of rank r are
// ops[rank_offsets[r]] to ops[rank_offsets[r + 1] - 1].
struct Order {
  Column<Op> ops;
  std::vector<int64_t> rank_offsets = {0};  // P + 1

  int num_ranks() const { return static_cast<int>(rank_offsets.size()) - 1; }
  int64_t num_ops() const { return static_cast<int64_t>(ops.size()); }

  absl::Span<const Op> rank(int r) const {
    const auto begin = static_cast<size_t>(rank_offsets[static_cast<size_t>(r)]);
    const auto end = static_cast<size_t>(rank_offsets[static_cast<size_t>(r) + 1]);
    return absl::MakeConstSpan(ops).subspan(begin, end - begin);
  }

  // Ends the list of the rank that `ops` was last appended for.
  void EndRank() { rank_offsets.push_back(num_ops()); }

  friend bool operator==(const Order&, const Order&) = default;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_ORDER_H_
