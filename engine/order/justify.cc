#include "engine/order/justify.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "engine/sim/data_flow.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

constexpr size_t kOpsBetweenPolls = size_t{1} << 12;
constexpr int kNone = -1;

// The ops, by index, that an op waits for, or that wait for it.
using Links = std::array<int, 2>;

// An op in its place on a rank.
struct Slot {
  int64_t start;
  int64_t end;
  int op;
  int change;  // of the number of activations that the rank holds
};
using Slots = std::vector<Slot>;

class Justifier {
 public:
  Justifier(const Pipeline& pipeline, const Placement& placement, const Order& order,
            const std::vector<int>& most_alive)
      : pipeline_(pipeline), placement_(placement), ops_(order.ops), most_alive_(most_alive) {
    LinkOps();
    rank_of_.resize(ops_.size());
    for (int r = 0; r < order.num_ranks(); ++r) {
      const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r) + 1]);
      for (auto i = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r)]); i < end; ++i) {
        rank_of_[i] = r;
      }
    }
  }

  absl::StatusOr<Order> Run(const Order& order, const Timeline& timeline, int most_rounds,
                            Cancelled cancelled) {
    makespan_ = timeline.makespan;
    ends_.assign(timeline.ends.begin(), timeline.ends.end());
    slots_.resize(most_alive_.size());
    for (size_t r = 0; r < slots_.size(); ++r) {
      for (int64_t i = order.rank_offsets[r]; i < order.rank_offsets[r + 1]; ++i) {
        const auto k = static_cast<size_t>(i);
        slots_[r].push_back({timeline.starts[k], timeline.ends[k], static_cast<int>(i), 0});
      }
    }
    for (int round = 1;; ++round) {
      const int64_t before = makespan_;
      // To move ops late is to move them early in mirrored time.
      for (const bool mirrored : {true, false}) {
        mirrored_ = mirrored;
        if (!MoveEarly(cancelled)) return absl::CancelledError("cancelled while justifying");
      }
      const bool has_converged = round > 1 && makespan_ >= before;
      if (has_converged || round == most_rounds) return OrderOfSlots();
    }
  }

 private:
  // Fills before_ and after_: what each op needs, and what needs it.
  void LinkOps() {
    const auto num_microbatches = static_cast<size_t>(pipeline_.shape.num_microbatches);
    const auto place_of = [&](int stage, int microbatch) {
      return static_cast<size_t>(stage) * num_microbatches + static_cast<size_t>(microbatch);
    };
    const std::vector<int> nothing(place_of(placement_.num_stages(), 0), kNone);
    std::array<std::vector<int>, 2> makers = {nothing, nothing};
    for (size_t i = 0; i < ops_.size(); ++i) {
      const Op op = ops_[i];
      if (!MakesData(op.kind())) continue;
      std::vector<int>& maker = makers[static_cast<size_t>(MadeBy(op.kind()))];
      maker[place_of(op.stage(), op.microbatch())] = static_cast<int>(i);
    }
    before_.assign(ops_.size(), {kNone, kNone});
    after_ = before_;
    for (size_t i = 0; i < ops_.size(); ++i) {
      Links& links = before_[i];
      for (const Data data : NeedsOf(ops_[i])) {
        if (data.stage < 0 || data.stage >= placement_.num_stages()) continue;
        const std::vector<int>& maker = makers[static_cast<size_t>(data.kind)];
        const int op = maker[place_of(data.stage, ops_[i].microbatch())];
        if (op == links[0]) continue;
        links[links[0] == kNone ? 0 : 1] = op;
        Links& waiting = after_[static_cast<size_t>(op)];
        waiting[waiting[0] == kNone ? 0 : 1] = static_cast<int>(i);
      }
    }
  }

  // In mirrored time, ops wait for those that otherwise wait for them.
  const Links& WaitsFor(int op) const {
    return (mirrored_ ? after_ : before_)[static_cast<size_t>(op)];
  }
  const Links& WaitingFor(int op) const {
    return (mirrored_ ? before_ : after_)[static_cast<size_t>(op)];
  }

  Op At(int op) const { return ops_[static_cast<size_t>(op)]; }

  int64_t DelayBetween(int op, int other) const {
    int from = At(op).stage();
    int to = At(other).stage();
    if (mirrored_) std::swap(from, to);
    return from == to ? 0 : EdgeDelay(pipeline_, placement_, from, to);
  }

  // What an op does to the number of activations that its rank holds.
  int AliveChange(int op) const {
    const int change = ActivationChange(At(op).kind());
    return mirrored_ ? -change : change;
  }

  // Of ops that start and end together, those of a lower level go first: others of
  // them may wait for it.
  int LevelOf(Op op) const {
    const int num_stages = placement_.num_stages();
    switch (op.kind()) {
      case OpKind::kForward: return op.stage();
      case OpKind::kBackward:
      case OpKind::kBackwardInput: return 2 * num_stages - 1 - op.stage();
      case OpKind::kBackwardWeight: return 2 * num_stages;
    }
    return 0;
  }

  bool GoesBefore(const Slot& a, const Slot& b) const {
    if (a.start != b.start) return a.start < b.start;
    if (a.end != b.end) return a.end < b.end;
    const Op first = At(mirrored_ ? b.op : a.op);
    const Op second = At(mirrored_ ? a.op : b.op);
    return std::tuple(LevelOf(first), first.microbatch(), first.stage()) <
           std::tuple(LevelOf(second), second.microbatch(), second.stage());
  }

  // The slots of the last pass in the sequence of this one, with its times.
  void TakeTurns() {
    turns_.swap(slots_);
    slots_.resize(turns_.size());
    for (size_t r = 0; r < turns_.size(); ++r) {
      slots_[r].clear();
      Slots& turns = turns_[r];
      std::reverse(turns.begin(), turns.end());
      for (Slot& slot : turns) slot = {makespan_ - slot.end, makespan_ - slot.start, slot.op, 0};
      const auto goes_before = [&](const Slot& a, const Slot& b) { return GoesBefore(a, b); };
      if (!std::is_sorted(turns.begin(), turns.end(), goes_before)) {
        std::sort(turns.begin(), turns.end(), goes_before);
      }
    }
  }

  // Moves every op as early as it can go. Only the sequence of the ops of one rank
  // matters, so that a rank goes on for as long as what its next op waits for has
  // been moved. Returns whether it came to its end.
  bool MoveEarly(Cancelled cancelled) {
    TakeTurns();
    std::fill(ends_.begin(), ends_.end(), kNotMoved);
    alive_.assign(turns_.size(), 0);
    next_turn_.assign(turns_.size(), 0);
    waits_for_.assign(turns_.size(), kNone);
    ready_.clear();
    for (size_t r = turns_.size(); r-- > 0;) ready_.push_back(static_cast<int>(r));
    makespan_ = 0;
    size_t moved = 0;
    while (!ready_.empty()) {
      const auto rank = static_cast<size_t>(ready_.back());
      ready_.pop_back();
      while (next_turn_[rank] < turns_[rank].size()) {
        const Slot& turn = turns_[rank][next_turn_[rank]];
        waits_for_[rank] = MissingFor(turn.op);
        if (waits_for_[rank] != kNone) break;
        Move(rank, turn);
        ++next_turn_[rank];
        if (++moved % kOpsBetweenPolls == 0 && cancelled()) return false;
      }
    }
    return true;
  }

  // The op that `op` waits for and that has not been moved.
  int MissingFor(int op) const {
    for (const int link : WaitsFor(op)) {
      if (link != kNone && ends_[static_cast<size_t>(link)] == kNotMoved) return link;
    }
    return kNone;
  }

  void Move(size_t rank, const Slot& turn) {
    int64_t start = 0;
    for (const int link : WaitsFor(turn.op)) {
      if (link == kNone) continue;
      start = std::max(start, ends_[static_cast<size_t>(link)] + DelayBetween(link, turn.op));
    }
    Slots& slots = slots_[rank];
    const int change = AliveChange(turn.op);
    // The first slot that ends after the inputs are there and, for an op that takes
    // memory, after which the rank stays below its limit.
    size_t at = slots.size();
    int alive = alive_[rank];  // before slot `at`
    while (at > 0 && slots[at - 1].end > start && !(change > 0 && alive >= most_alive_[rank])) {
      --at;
      alive -= slots[at].change;
    }
    if (change > 0 && alive >= most_alive_[rank] && at < slots.size()) {
      start = std::max(start, slots[at++].end);  // Over the op that frees.
    }
    const int64_t time = turn.end - turn.start;
    while (at < slots.size() && start + time > slots[at].start) start = slots[at++].end;
    const Slot slot{start, start + time, turn.op, change};
    slots.insert(slots.begin() + static_cast<std::ptrdiff_t>(at), slot);
    alive_[rank] += change;
    ends_[static_cast<size_t>(turn.op)] = slot.end;
    makespan_ = std::max(makespan_, slot.end);
    for (const int waiting : WaitingFor(turn.op)) {
      if (waiting == kNone) continue;
      const int other = rank_of_[static_cast<size_t>(waiting)];
      int& waits_for = waits_for_[static_cast<size_t>(other)];
      if (waits_for != turn.op) continue;
      waits_for = kNone;
      ready_.push_back(other);
    }
  }

  Order OrderOfSlots() const {
    Order order;
    order.ops.reserve(ops_.size());
    for (const Slots& slots : slots_) {
      for (const Slot& slot : slots) order.ops.push_back(At(slot.op));
      order.EndRank();
    }
    return order;
  }

  static constexpr int64_t kNotMoved = -1;

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Column<Op>& ops_;
  const std::vector<int>& most_alive_;
  std::vector<int> rank_of_;  // of each op
  std::vector<Links> before_;
  std::vector<Links> after_;

  bool mirrored_ = false;
  int64_t makespan_ = 0;
  std::vector<int64_t> ends_;  // of each op, in the time of the pass
  std::vector<Slots> turns_;   // of each rank: its ops before the pass,
  std::vector<Slots> slots_;   // and those moved so far, by time
  std::vector<size_t> next_turn_;
  std::vector<int> alive_;      // activations that each rank holds after its slots
  std::vector<int> waits_for_;  // the op that each rank waits for, if any
  std::vector<int> ready_;      // ranks that can go on, the last one next
};

}  // namespace

absl::StatusOr<Order> Justify(const Pipeline& pipeline, const Placement& placement,
                              const Order& order, const std::vector<int>& most_alive,
                              int most_rounds, Cancelled cancelled) {
  const absl::StatusOr<Timeline> timeline = Simulate(pipeline, placement, order, cancelled);
  if (!timeline.ok()) return timeline.status();
  return Justifier(pipeline, placement, order, most_alive)
      .Run(order, *timeline, most_rounds, cancelled);
}

}  // namespace pipesched
