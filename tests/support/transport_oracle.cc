#include "tests/support/transport_oracle.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

// Names of actions are all that it works with: "0F3", "1SEND_B2".
std::string NameOf(int stage, const char* what, int microbatch) {
  return absl::StrCat(stage, what, microbatch);
}

struct Place {
  int rank;
  size_t position;
};

class Reference {
 public:
  Reference(const Program& program, std::optional<Transport> transport)
      : program_(program), transport_(transport), at_(static_cast<size_t>(program.num_ranks())) {
    for (int r = 0; r < program.num_ranks(); ++r) {
      for (size_t i = 0; i < program.rank(r).size(); ++i) {
        places_[FormatAction(program.rank(r)[i])] = {r, i};
      }
    }
  }

  bool Finishes() {
    while (MoveRanks() || MoveTransfers()) {
    }
    for (int r = 0; r < program_.num_ranks(); ++r) {
      if (at_[static_cast<size_t>(r)] < program_.rank(r).size()) return false;
    }
    return true;
  }

 private:
  bool IsDone(const std::string& name) const { return done_.count(name) > 0; }

  // Whether the data that `maker` makes at another stage is at the rank.
  bool HasArrived(int r, const std::string& maker, const std::string& receive) const {
    const bool is_local = places_.at(maker).rank == r;
    return IsDone(!transport_ || is_local ? maker : receive);
  }

  bool CanRun(int r, Action op) const {
    const int s = op.stage();
    const int j = op.microbatch();
    if (op.kind() == ActionKind::kForward) {
      return s == 0 || HasArrived(r, NameOf(s - 1, "F", j), NameOf(s, "RECV_F", j));
    }
    if (op.kind() == ActionKind::kBackwardWeight) return IsDone(NameOf(s, "I", j));
    if (!IsDone(NameOf(s, "F", j))) return false;
    const std::string full = NameOf(s + 1, "B", j);
    const std::string split = NameOf(s + 1, "I", j);
    if (places_.count(full) == 0 && places_.count(split) == 0) return true;  // the last stage
    return HasArrived(r, places_.count(full) > 0 ? full : split, NameOf(s, "RECV_B", j));
  }

  static std::string MateName(Action transfer) {
    const Mate mate = MateOf(transfer);
    return FormatAction(Action(mate.kind, mate.stage, transfer.microbatch()));
  }

  bool MoveRank(int r) {
    size_t& at = at_[static_cast<size_t>(r)];
    const absl::Span<const Action> actions = program_.rank(r);
    if (at == actions.size()) return false;
    const Action action = actions[at];
    if (IsTransfer(action.kind())) {
      if (transport_ == Transport::kRendezvous) {
        const Place mate = places_.at(MateName(action));
        size_t& other = at_[static_cast<size_t>(mate.rank)];
        if (other != mate.position) return false;
        done_.insert(FormatAction(action));
        done_.insert(MateName(action));
        ++other;
      }
      ++at;
      return true;
    }
    if (IsCompute(action.kind())) {
      const size_t count = action.fused() ? 2 : 1;
      for (size_t i = 0; i < count; ++i) {
        if (!CanRun(r, actions[at + i])) return false;
      }
      for (size_t i = 0; i < count; ++i) done_.insert(FormatAction(actions[at + i]));
      at += count;
      return true;
    }
    ++at;
    return true;
  }

  bool MoveRanks() {
    bool moved = false;
    for (int r = 0; r < program_.num_ranks(); ++r) {
      while (MoveRank(r)) moved = true;
    }
    return moved;
  }

  // Whether all that its rank posted before it on the same channel is done.
  bool IsFirst(Place place, int peer, bool is_send) const {
    for (size_t i = 0; i < place.position; ++i) {
      const Action before = program_.rank(place.rank)[i];
      if (!IsTransfer(before.kind()) || places_.at(MateName(before)).rank != peer) continue;
      const bool same_channel =
          transport_ == Transport::kPerPairFifo || IsSend(before.kind()) == is_send;
      if (same_channel && !IsDone(FormatAction(before))) return false;
    }
    return true;
  }

  bool MoveTransfers() {
    if (!transport_ || transport_ == Transport::kRendezvous) return false;
    bool moved = false;
    for (const auto& [name, place] : places_) {
      const Action action = program_.rank(place.rank)[place.position];
      if (!IsSend(action.kind()) || IsDone(name)) continue;
      const Place mate = places_.at(MateName(action));
      if (at_[static_cast<size_t>(place.rank)] <= place.position ||
          at_[static_cast<size_t>(mate.rank)] <= mate.position) {
        continue;
      }
      if (transport_ != Transport::kAsync && (!IsFirst(place, mate.rank, /*is_send=*/true) ||
                                              !IsFirst(mate, place.rank, /*is_send=*/false))) {
        continue;
      }
      done_.insert(name);
      done_.insert(MateName(action));
      moved = true;
    }
    return moved;
  }

  const Program& program_;
  const std::optional<Transport> transport_;
  std::map<std::string, Place> places_;
  std::set<std::string> done_;
  std::vector<size_t> at_;
};

}  // namespace

bool ReferenceFinishes(const Program& program, std::optional<Transport> transport) {
  return Reference(program, transport).Finishes();
}

}  // namespace pipesched
