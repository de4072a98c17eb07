#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/arrivals.h"
#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"

namespace pipesched {
namespace {

constexpr int64_t kOpsBetweenPolls = int64_t{1} << 16;

// The program with the SENDs of each op, or of each pair, right behind it.
Program WithSends(const Placement& placement, int num_microbatches, const Program& program) {
  const Arrivals arrivals(placement, num_microbatches);
  Program result;
  result.actions.reserve(program.actions.size() * 2);
  for (int r = 0; r < program.num_ranks(); ++r) {
    const auto send = [&](Action op) {
      const Handover made = arrivals.MadeFor(op);
      if (made.to < 0 || made.to_rank == r) return;
      result.actions.push_back({made.forward ? ActionKind::kSendForward : ActionKind::kSendBackward,
                                made.from, op.microbatch()});
    };
    const absl::Span<const Action> actions = program.rank(r);
    for (size_t i = 0; i < actions.size(); ++i) {
      result.actions.push_back(actions[i]);
      if (!actions[i].fused()) {
        send(actions[i]);
        continue;
      }
      result.actions.push_back(actions[++i]);
      send(actions[i - 1]);
      send(actions[i]);
    }
    result.EndRank();
  }
  return result;
}

class ReceivePlacing {
 public:
  ReceivePlacing(const Placement& placement, int num_microbatches, const Program& program,
                 absl::Span<const int64_t> ends)
      : program_(program),
        ends_(ends),
        sent_(placement, num_microbatches),
        received_(placement, num_microbatches),
        ranks_(static_cast<size_t>(program.num_ranks())) {
    size_t first_end = 0;
    for (int r = 0; r < program.num_ranks(); ++r) {
      RankState& rank = ranks_[static_cast<size_t>(r)];
      rank.next_end = first_end;
      rank.list.reserve(program.rank(r).size() * 2);
      for (const Action action : program.rank(r)) first_end += IsCompute(action.kind()) ? 1 : 0;
    }
  }

  absl::StatusOr<Program> Run(Cancelled cancelled) {
    int64_t ops = 0;
    for (int r = 0; r < program_.num_ranks(); ++r) GoOn(r);
    while (!queue_.empty()) {
      const int r = std::get<4>(queue_.top());
      queue_.pop();
      ranks_[static_cast<size_t>(r)].queued = false;
      RunOp(r);
      GoOn(r);
      if (++ops % kOpsBetweenPolls == 0 && cancelled()) {
        return absl::CancelledError("cancelled while lowering");
      }
    }
    return Join();
  }

 private:
  struct RankState {
    size_t next = 0;               // action
    size_t next_end = 0;           // of its next op, in ends_
    bool queued = false;           // its next op is in queue_
    Column<Action> list;           // of the result
    std::vector<Action> receives;  // of this rank, in the sequence of the transfers
    size_t placed = 0;             // of receives
  };

  // End of the op, stage, microbatch, direction, rank.
  using Key = std::tuple<int64_t, int, int, int, int>;

  void PlaceNextReceive(RankState& rank) {
    const Action receive = rank.receives[rank.placed++];
    rank.list.push_back(receive);
    received_.Arrive(receive.kind() == ActionKind::kReceiveForward, receive.stage(),
                     receive.microbatch());
  }

  void RunOp(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    const absl::Span<const Action> actions = program_.rank(r);
    const size_t count = actions[rank.next].fused() ? 2 : 1;
    for (size_t i = 0; i < count; ++i) {
      while (!received_.IsReady(actions[rank.next + i])) PlaceNextReceive(rank);
    }
    for (size_t i = 0; i < count; ++i) {
      const Action op = actions[rank.next + i];
      rank.list.push_back(op);
      const Handover made = sent_.MadeFor(op);
      if (made.to >= 0 && made.to_rank == r) {
        sent_.Arrive(made.forward, made.to, op.microbatch());
        received_.Arrive(made.forward, made.to, op.microbatch());
      }
    }
    rank.next += count;
    rank.next_end += count;
  }

  // Takes what follows until the rank's next op, and queues that if it can run.
  void GoOn(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    const absl::Span<const Action> actions = program_.rank(r);
    for (; rank.next < actions.size() && !IsCompute(actions[rank.next].kind()); ++rank.next) {
      const Action action = actions[rank.next];
      if (IsSend(action.kind())) {
        Send(rank, action);
      } else {
        rank.list.push_back(action);
      }
    }
    Queue(r);
  }

  void Send(RankState& rank, Action send) {
    while (rank.placed < rank.receives.size()) PlaceNextReceive(rank);
    rank.list.push_back(send);
    const Mate mate = MateOf(send);
    const int other = sent_.RankOf(mate.stage, send.microbatch());
    ranks_[static_cast<size_t>(other)].receives.push_back(
        {mate.kind, mate.stage, send.microbatch()});
    sent_.Arrive(mate.kind == ActionKind::kReceiveForward, mate.stage, send.microbatch());
    Queue(other);
  }

  void Queue(int r) {
    RankState& rank = ranks_[static_cast<size_t>(r)];
    const absl::Span<const Action> actions = program_.rank(r);
    if (rank.queued || rank.next == actions.size()) return;
    const Action op = actions[rank.next];
    if (!IsCompute(op.kind()) || !sent_.IsReady(op) ||
        (op.fused() && !sent_.IsReady(actions[rank.next + 1]))) {
      return;
    }
    rank.queued = true;
    queue_.push({ends_[rank.next_end], op.stage(), op.microbatch(),
                 op.kind() == ActionKind::kForward ? 0 : 1, r});
  }

  absl::StatusOr<Program> Join() {
    size_t total = 0;
    for (int r = 0; r < program_.num_ranks(); ++r) {
      RankState& rank = ranks_[static_cast<size_t>(r)];
      if (rank.next < program_.rank(r).size()) {
        return absl::FailedPreconditionError(
            absl::StrCat("rank ", r, " cannot run ", FormatAction(program_.rank(r)[rank.next])));
      }
      while (rank.placed < rank.receives.size()) PlaceNextReceive(rank);
      total += rank.list.size();
    }
    Program result;
    result.actions.reserve(total);
    for (const RankState& rank : ranks_) {
      result.actions.insert(result.actions.end(), rank.list.begin(), rank.list.end());
      result.EndRank();
    }
    return result;
  }

  const Program& program_;
  const absl::Span<const int64_t> ends_;
  Arrivals sent_;
  Arrivals received_;  // placed in the list of the rank that needs it
  std::vector<RankState> ranks_;
  std::priority_queue<Key, std::vector<Key>, std::greater<>> queue_;
};

}  // namespace

absl::StatusOr<Program> PlaceReceives(const Placement& placement, int num_microbatches,
                                      const Program& program, absl::Span<const int64_t> ends,
                                      Cancelled cancelled) {
  return ReceivePlacing(placement, num_microbatches, program, ends).Run(cancelled);
}

absl::StatusOr<Program> LowerSafe(const Placement& placement, int num_microbatches,
                                  const Program& program, absl::Span<const int64_t> ends,
                                  Cancelled cancelled) {
  return PlaceReceives(placement, num_microbatches, WithSends(placement, num_microbatches, program),
                       ends, cancelled);
}

}  // namespace pipesched
