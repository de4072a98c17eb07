#include "engine/sim/validate.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"

namespace pipesched {
namespace {

constexpr size_t kMostFindings = 100;

// Whether to stop is asked once in this many ops.
constexpr int64_t kOpsALook = 1 << 16;

uint8_t Bit(OpKind kind) { return static_cast<uint8_t>(1U << static_cast<unsigned>(kind)); }

constexpr uint8_t kForward = 1U << static_cast<unsigned>(OpKind::kForward);
constexpr uint8_t kFull = 1U << static_cast<unsigned>(OpKind::kBackward);
constexpr uint8_t kInput = 1U << static_cast<unsigned>(OpKind::kBackwardInput);
constexpr uint8_t kWeight = 1U << static_cast<unsigned>(OpKind::kBackwardWeight);

class Validation {
 public:
  Validation(const Placement& placement, int num_microbatches, const Order& order,
             Cancelled cancelled)
      : placement_(placement),
        num_microbatches_(num_microbatches),
        order_(order),
        cancelled_(cancelled) {}

  std::vector<std::string> Run() {
    const int64_t pairs = int64_t{placement_.num_stages()} * num_microbatches_;
    if (order_.num_ops() < 2 * pairs) {
      Add(absl::StrCat(order_.num_ops(), " ops, want a forward and a backward of each of ",
                       placement_.num_stages(), " stages and ", num_microbatches_,
                       " microbatches: at least ", 2 * pairs));
      return findings_;  // No table larger than the order.
    }
    seen_.resize(static_cast<size_t>(pairs));
    for (int r = 0; r < order_.num_ranks(); ++r) CheckOps(r);
    for (int s = 0; s < placement_.num_stages(); ++s) {
      for (int j = 0; j < num_microbatches_ && !IsCancelled(); ++j) CheckComplete(s, j);
    }
    return findings_;
  }

 private:
  bool IsCancelled() {
    if (++looked_at_ % kOpsALook == 0) is_cancelled_ |= cancelled_();
    return is_cancelled_;
  }

  void Add(std::string finding) {
    if (findings_.size() < kMostFindings) findings_.push_back(std::move(finding));
  }

  uint8_t& SeenOf(int stage, int microbatch) {
    return seen_[static_cast<size_t>(stage) * static_cast<size_t>(num_microbatches_) +
                 static_cast<size_t>(microbatch)];
  }

  void CheckOps(int r) {
    int64_t index = 0;
    for (const Op op : order_.rank(r)) {
      if (IsCancelled()) return;
      const auto add = [&](auto... problem) {
        Add(absl::StrCat("rank ", r, " #", index, " ", FormatOp(op), ": ", problem...));
      };
      if (op.stage() >= placement_.num_stages()) {
        add("stage ", op.stage(), ", want [0, ", placement_.num_stages() - 1, "]");
      } else if (op.microbatch() >= num_microbatches_) {
        add("microbatch ", op.microbatch(), ", want [0, ", num_microbatches_ - 1, "]");
      } else {
        CheckOp(r, op, add);
      }
      ++index;
    }
  }

  template <typename AddProblem>
  void CheckOp(int r, Op op, AddProblem add) {
    const int rank = placement_.RankOf(op.stage(), op.microbatch());
    if (rank != r) add("its stage is on rank ", rank);
    uint8_t& seen = SeenOf(op.stage(), op.microbatch());
    const uint8_t bit = Bit(op.kind());
    if ((seen & bit) != 0) {
      add("runs twice");
    } else if (bit == kFull ? (seen & (kInput | kWeight)) != 0
                            : (seen & kFull) != 0 && bit != kForward) {
      add("a second backward, want B, or I and W");
    }
    seen |= bit;
  }

  void CheckComplete(int stage, int microbatch) {
    const uint8_t seen = SeenOf(stage, microbatch);
    const bool is_complete =
        (seen & kForward) != 0 && ((seen & kFull) != 0 || (~seen & (kInput | kWeight)) == 0);
    if (is_complete) return;
    const auto add = [&](OpKind kind, const char* hint) {
      Add(absl::StrCat(FormatOp(Op(kind, stage, microbatch)), ": no rank runs it", hint));
    };
    if ((seen & kForward) == 0) add(OpKind::kForward, "");
    if ((seen & (kFull | kInput | kWeight)) == 0) {
      add(OpKind::kBackward, ", nor its I and W");
    } else if ((seen & (kFull | kInput)) == 0) {
      add(OpKind::kBackwardInput, "");
    } else if ((seen & (kFull | kWeight)) == 0) {
      add(OpKind::kBackwardWeight, "");
    }
  }

  const Placement& placement_;
  const int num_microbatches_;
  const Order& order_;
  const Cancelled cancelled_;
  int64_t looked_at_ = 0;
  bool is_cancelled_ = false;
  std::vector<uint8_t> seen_;  // kinds of op, by (stage, microbatch)
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> FindOrderErrors(const Placement& placement, int num_microbatches,
                                         const Order& order, Cancelled cancelled) {
  return Validation(placement, num_microbatches, order, cancelled).Run();
}

}  // namespace pipesched
