#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/frameworks.h"

namespace pipesched {
namespace {

template <typename... Parts>
absl::Status Cannot(const Parts&... parts) {
  return absl::FailedPreconditionError(
      absl::StrCat("DeepSpeed's instructions cannot say it: ", parts...));
}

absl::Status Check(const Placement& placement, const Program& program) {
  if (placement.num_replicas() > 1) return Cannot("the model has two replicas, want one");
  if (placement.num_stages() > placement.num_ranks()) {
    return Cannot(placement.num_stages(), " stages on ", placement.num_ranks(),
                  " ranks, want a stage a rank");
  }
  for (int s = 0; s < placement.num_stages(); ++s) {
    const int rank = placement.RankOfReplica(s, 0);
    if (rank != s) return Cannot("stage ", s, " is on rank ", rank, ", want rank ", s);
  }
  for (const Action action : program.actions) {
    if (action.fused()) return Cannot(FormatAction(action), " is in a fused pair");
    if (action.kind() == ActionKind::kBackwardInput ||
        action.kind() == ActionKind::kBackwardWeight) {
      return Cannot(FormatAction(action), " is half a backward, want full backwards (B)");
    }
  }
  return absl::OkStatus();
}

// The buffers of a rank.
class Buffers {
 public:
  int Take(int microbatch) {
    const auto [it, is_new] = of_microbatch_.try_emplace(microbatch, 0);
    if (!is_new) return it->second;
    if (free_.empty()) {
      it->second = num_buffers_++;
    } else {
      it->second = free_.top();
      free_.pop();
    }
    return it->second;
  }

  void Release(int microbatch) {
    free_.push(of_microbatch_.at(microbatch));
    of_microbatch_.erase(microbatch);
  }

 private:
  absl::flat_hash_map<int, int> of_microbatch_;
  std::priority_queue<int, std::vector<int>, std::greater<>> free_;
  int num_buffers_ = 0;
};

void AppendRank(int r, int num_ranks, absl::Span<const Action> actions, std::string& text) {
  Buffers buffers;
  const auto append = [&](absl::string_view name, int microbatch) {
    absl::StrAppend(&text, name, "(buffer_id=", buffers.Take(microbatch), ") ");
  };
  for (const Action action : actions) {
    const int j = action.microbatch();
    switch (action.kind()) {
      case ActionKind::kForward:
        if (r == 0 || r == num_ranks - 1) append("LoadMicroBatch", j);
        append("ForwardPass", j);
        break;
      case ActionKind::kBackward:
        append("BackwardPass", j);
        if (r == 0) buffers.Release(j);
        break;
      case ActionKind::kSendForward: append("SendActivation", j); break;
      case ActionKind::kReceiveForward: append("RecvActivation", j); break;
      case ActionKind::kSendBackward:
        append("SendGrad", j);
        buffers.Release(j);
        break;
      case ActionKind::kReceiveBackward: append("RecvGrad", j); break;
      default: break;  // FSDP is not DeepSpeed's.
    }
  }
  absl::StrAppend(&text, "ReduceTiedGrads() ReduceGrads() OptimizerStep()\n");
}

}  // namespace

absl::StatusOr<std::string> FormatDeepSpeedInstructions(const Placement& placement,
                                                        const Program& program) {
  absl::Status status = Check(placement, program);
  if (!status.ok()) return status;
  std::string text;
  for (int r = 0; r < program.num_ranks(); ++r) {
    AppendRank(r, program.num_ranks(), program.rank(r), text);
  }
  return text;
}

}  // namespace pipesched
