#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/frameworks.h"
#include "engine/model/order_text.h"

namespace pipesched {
namespace {

template <typename... Parts>
absl::Status Cannot(const Parts&... parts) {
  return absl::FailedPreconditionError(
      absl::StrCat("Megatron's order list cannot say it: ", parts...));
}

absl::Status CheckPlacement(const Placement& placement) {
  for (int replica = 0; replica < placement.num_replicas(); ++replica) {
    for (int s = 0; s < placement.num_stages(); ++s) {
      const int rank = placement.RankOfReplica(s, replica);
      const int want = s % placement.num_ranks();
      if (rank == want) continue;
      return Cannot("stage ", s, " is on rank ", rank, ", want rank ", want,
                    " (s mod the number of ranks)");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> FormatMegatronOrder(const Placement& placement, const Order& order) {
  const absl::Status placed = CheckPlacement(placement);
  if (!placed.ok()) return placed;
  // The microbatch that each stage's forwards, and its backwards, come to next.
  std::vector<int> next[2];
  for (std::vector<int>& microbatches : next) {
    microbatches.resize(static_cast<size_t>(placement.num_stages()));
  }
  std::string text = "[";
  for (int r = 0; r < order.num_ranks(); ++r) {
    absl::StrAppend(&text, r == 0 ? "[" : "],\n [");
    bool first = true;
    for (const Op op : order.rank(r)) {
      const bool is_forward = op.kind() == OpKind::kForward;
      if (!is_forward && op.kind() != OpKind::kBackward) {
        return Cannot("rank ", r, " runs ", FormatOp(op), ", want full backwards (B)");
      }
      int& microbatch = next[is_forward ? 0 : 1][static_cast<size_t>(op.stage())];
      if (op.microbatch() != microbatch) {
        return Cannot("rank ", r, " runs ", FormatOp(op),
                      ", want the microbatches of a stage in "
                      "sequence, ",
                      microbatch, " here");
      }
      ++microbatch;
      const int chunk = op.stage() / placement.num_ranks() + 1;
      absl::StrAppend(&text, first ? "" : ",", is_forward ? chunk : -chunk);
      first = false;
    }
  }
  absl::StrAppend(&text, "]]\n");
  return text;
}

}  // namespace pipesched
