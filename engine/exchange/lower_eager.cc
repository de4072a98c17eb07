#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/arrivals.h"
#include "engine/exchange/lower.h"

namespace pipesched {
namespace {

constexpr int64_t kVisitsBetweenPolls = int64_t{1} << 16;

// Set of ranks that gives the lowest not below one that is given.
class RankSet {
 public:
  explicit RankSet(int num_ranks) : words_((static_cast<size_t>(num_ranks) + 63) / 64) {}

  void Add(int rank) { words_[static_cast<size_t>(rank) / 64] |= Bit(rank); }
  void Remove(int rank) { words_[static_cast<size_t>(rank) / 64] &= ~Bit(rank); }

  // -1 if there is none.
  int FirstFrom(int rank) const {
    auto word = static_cast<size_t>(rank) / 64;
    if (word >= words_.size()) return -1;
    uint64_t bits = words_[word] & ~(Bit(rank) - 1);
    while (bits == 0) {
      if (++word == words_.size()) return -1;
      bits = words_[word];
    }
    return static_cast<int>(word * 64) + __builtin_ctzll(bits);
  }

 private:
  static uint64_t Bit(int rank) { return uint64_t{1} << (static_cast<unsigned>(rank) % 64); }

  std::vector<uint64_t> words_;
};

// Only ranks that can take an action are visited: the others would change nothing.
class EagerLowering {
 public:
  EagerLowering(const Placement& placement, int num_microbatches, const Program& program)
      : program_(program),
        arrivals_(placement, num_microbatches),
        this_round_(program.num_ranks()),
        next_round_(program.num_ranks()),
        next_(static_cast<size_t>(program.num_ranks())),
        lists_(static_cast<size_t>(program.num_ranks())) {
    for (int r = 0; r < program.num_ranks(); ++r) {
      // SEND and RECV of an F and a B each: at most two more an op.
      lists_[static_cast<size_t>(r)].reserve(program.rank(r).size() * 3);
      AddIfReady(r, this_round_);
    }
  }

  absl::StatusOr<Program> Run(Cancelled cancelled) {
    int64_t visits = 0;
    for (int r = this_round_.FirstFrom(0); r >= 0;) {
      for (; r >= 0; r = this_round_.FirstFrom(r + 1)) {
        this_round_.Remove(r);
        Visit(r);
        if (++visits % kVisitsBetweenPolls == 0 && cancelled()) {
          return absl::CancelledError("cancelled while lowering");
        }
      }
      std::swap(this_round_, next_round_);
      r = this_round_.FirstFrom(0);
    }
    return Join();
  }

 private:
  bool IsReady(int r) const {
    const absl::Span<const Action> actions = program_.rank(r);
    const size_t next = next_[static_cast<size_t>(r)];
    if (next == actions.size()) return false;
    return arrivals_.IsReady(actions[next]) &&
           (!actions[next].fused() || arrivals_.IsReady(actions[next + 1]));
  }

  void AddIfReady(int r, RankSet& round) {
    if (IsReady(r)) round.Add(r);
  }

  void Visit(int r) {
    const absl::Span<const Action> actions = program_.rank(r);
    size_t& next = next_[static_cast<size_t>(r)];
    const Action action = actions[next];
    Column<Action>& list = lists_[static_cast<size_t>(r)];
    list.push_back(action);
    if (action.fused()) list.push_back(actions[next + 1]);
    next += action.fused() ? 2 : 1;
    HandOver(r, action);
    if (action.fused()) HandOver(r, actions[next - 1]);
    AddIfReady(r, next_round_);
  }

  // Places the transfer of what the op makes, if it has one.
  void HandOver(int r, Action op) {
    const Handover made = arrivals_.MadeFor(op);
    if (made.to < 0) return;
    arrivals_.Arrive(made.forward, made.to, op.microbatch());
    if (made.to_rank == r) return;
    lists_[static_cast<size_t>(r)].push_back(
        {made.forward ? ActionKind::kSendForward : ActionKind::kSendBackward, made.from,
         op.microbatch()});
    lists_[static_cast<size_t>(made.to_rank)].push_back(
        {made.forward ? ActionKind::kReceiveForward : ActionKind::kReceiveBackward, made.to,
         op.microbatch()});
    // This round still comes by the ranks behind this one.
    AddIfReady(made.to_rank, made.to_rank > r ? this_round_ : next_round_);
  }

  absl::StatusOr<Program> Join() const {
    size_t total = 0;
    for (int r = 0; r < program_.num_ranks(); ++r) {
      const size_t next = next_[static_cast<size_t>(r)];
      if (next < program_.rank(r).size()) {
        return absl::FailedPreconditionError(
            absl::StrCat("rank ", r, " cannot run ", FormatAction(program_.rank(r)[next])));
      }
      total += lists_[static_cast<size_t>(r)].size();
    }
    Program result;
    result.actions.reserve(total);
    for (const Column<Action>& list : lists_) {
      result.actions.insert(result.actions.end(), list.begin(), list.end());
      result.EndRank();
    }
    return result;
  }

  const Program& program_;
  Arrivals arrivals_;
  RankSet this_round_;
  RankSet next_round_;
  std::vector<size_t> next_;  // action of each rank
  std::vector<Column<Action>> lists_;
};

}  // namespace

absl::StatusOr<Program> LowerEager(const Placement& placement, int num_microbatches,
                                   const Program& program, Cancelled cancelled) {
  return EagerLowering(placement, num_microbatches, program).Run(cancelled);
}

}  // namespace pipesched
