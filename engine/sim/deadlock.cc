#include "engine/sim/deadlock.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/sim/data_flow.h"

namespace pipesched {
namespace {

constexpr int kMostRanksNamed = 8;

// Where the op that makes a data stands.
struct Maker {
  std::string name;   // "1B0"; "1I0" if the order has that instead
  bool done = false;  // stands before its rank's stuck op
};

Maker FindMaker(const Placement& placement, const Order& order, absl::Span<const int64_t> stuck_at,
                Data data, int microbatch) {
  const auto r = static_cast<size_t>(placement.RankOf(data.stage, microbatch));
  for (int64_t i = order.rank_offsets[r]; i < order.rank_offsets[r + 1]; ++i) {
    const Op op = order.ops[static_cast<size_t>(i)];
    if (op.stage() == data.stage && op.microbatch() == microbatch && MakesData(op.kind()) &&
        MadeBy(op.kind()) == data.kind) {
      return {FormatOp(op), i < stuck_at[r]};
    }
  }
  const OpKind kind = data.kind == DataKind::kActivation ? OpKind::kForward : OpKind::kBackward;
  return {absl::StrCat(FormatOp(Op(kind, data.stage, microbatch)), ", which no rank runs"), false};
}

// The op that `op` waits for, or nothing if its inputs are there.
std::string WaitsFor(const Placement& placement, const Order& order,
                     absl::Span<const int64_t> stuck_at, Op op) {
  for (const Data data : NeedsOf(op)) {
    if (data.stage < 0 || data.stage >= placement.num_stages()) continue;
    const Maker maker = FindMaker(placement, order, stuck_at, data, op.microbatch());
    if (!maker.done) return maker.name;
  }
  return "";
}

}  // namespace

absl::Status DescribeDeadlock(const Placement& placement, const Order& order,
                              absl::Span<const int64_t> stuck_at) {
  std::string message = "order deadlocks:";
  int named = 0;
  int stuck = 0;
  for (int r = 0; r < order.num_ranks(); ++r) {
    const auto i = static_cast<size_t>(stuck_at[static_cast<size_t>(r)]);
    if (static_cast<int64_t>(i) == order.rank_offsets[static_cast<size_t>(r) + 1]) continue;
    if (++stuck > kMostRanksNamed) continue;
    Op op = order.ops[i];
    std::string waits_for = WaitsFor(placement, order, stuck_at, op);
    if (waits_for.empty() && op.fused()) {  // The pair's backward misses something.
      op = order.ops[i + 1];
      waits_for = WaitsFor(placement, order, stuck_at, op);
    }
    absl::StrAppend(&message, named++ == 0 ? " " : "; ", "rank ", r, " at ", FormatOp(op),
                    " waits for ", waits_for);
  }
  if (stuck > named) absl::StrAppend(&message, "; and ", stuck - named, " more ranks");
  return absl::FailedPreconditionError(message);
}

}  // namespace pipesched
