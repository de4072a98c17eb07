#include "engine/exchange/run.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

constexpr int64_t kVisitsBetweenPolls = int64_t{1} << 12;

}  // namespace

Run::Run(const ActionIndex& index, std::optional<Transport> transport)
    : index_(index), transport_(transport), done_(index.program().actions.size()) {
  const Program& program = index.program();
  for (int r = 0; r < program.num_ranks(); ++r) {
    const auto rank = static_cast<size_t>(r);
    next_.push_back(static_cast<ActionId>(program.rank_offsets[rank]));
    end_.push_back(static_cast<ActionId>(program.rank_offsets[rank + 1]));
    waits_for_.push_back(kNoAction);
    ready_.push_back(program.num_ranks() - 1 - r);
  }
  if (IsFifo()) MakeChannels();
}

bool Run::IsFifo() const {
  return transport_ == Transport::kPerEdgeFifo || transport_ == Transport::kPerPairFifo;
}

ActionId Run::Other(ActionId transfer) const {
  const ActionId mate = index_.FindMate(index_.action(transfer));
  const bool is_other = mate != kNoAction && index_.RankOf(mate) != index_.RankOf(transfer) &&
                        index_.FindMate(index_.action(mate)) == transfer;
  return is_other ? mate : kNoAction;
}

void Run::MakeChannels() {
  const auto num_ranks = static_cast<uint64_t>(index_.program().num_ranks());
  for (ActionId id = 0; id < done_.size(); ++id) {
    if (!IsTransfer(index_.action(id).kind()) || Other(id) == kNoAction) continue;
    auto source = static_cast<uint64_t>(index_.RankOf(id));
    auto destination = static_cast<uint64_t>(index_.RankOf(Other(id)));
    uint8_t side = 0;
    const bool is_first = transport_ == Transport::kPerEdgeFifo ? IsSend(index_.action(id).kind())
                                                                : source < destination;
    if (!is_first) {
      std::swap(source, destination);
      side = 1;
    }
    const auto [it, is_new] = channel_of_.try_emplace(source * num_ranks + destination,
                                                      static_cast<uint32_t>(channels_.size()));
    if (is_new) channels_.emplace_back();
    channels_[it->second].sides[side].push_back(id);
  }
}

Run::Place Run::PlaceOf(ActionId transfer) const {
  const auto num_ranks = static_cast<uint64_t>(index_.program().num_ranks());
  auto source = static_cast<uint64_t>(index_.RankOf(transfer));
  auto destination = static_cast<uint64_t>(index_.RankOf(Other(transfer)));
  const bool is_first = transport_ == Transport::kPerEdgeFifo
                            ? IsSend(index_.action(transfer).kind())
                            : source < destination;
  if (!is_first) std::swap(source, destination);
  return {channel_of_.at(source * num_ranks + destination), static_cast<uint8_t>(is_first ? 0 : 1)};
}

bool Run::ToTheEnd(Cancelled cancelled) {
  int64_t visits = 0;
  while (!ready_.empty()) {
    const int r = ready_.back();
    ready_.pop_back();
    Visit(r);
    if (++visits % kVisitsBetweenPolls == 0 && cancelled()) return false;
  }
  return true;
}

void Run::Visit(int r) {
  const auto rank = static_cast<size_t>(r);
  while (next_[rank] < end_[rank]) {
    const ActionId id = next_[rank];
    if (!Step(r, id)) return;
    next_[rank] += index_.action(id).fused() ? 2 : 1;
  }
}

bool Run::Step(int r, ActionId id) {
  const Action action = index_.action(id);
  if (IsTransfer(action.kind())) return !transport_ || StepTransfer(r, id);
  if (!IsCompute(action.kind())) return true;
  ActionId missing = MissingInput(id);
  if (missing == kNoAction && action.fused()) missing = MissingInput(id + 1);
  if (missing != kNoAction) {
    waits_for_[static_cast<size_t>(r)] = missing;
    return false;
  }
  Complete(id);
  if (action.fused()) Complete(id + 1);
  return true;
}

bool Run::StepTransfer(int r, ActionId id) {
  if (done_[id] != 0) return true;
  const ActionId other = Other(id);
  if (other == kNoAction) {
    Complete(id);
    return true;
  }
  if (IsFifo()) {
    Post(id);
    return true;
  }
  if (transport_ == Transport::kAsync) {
    if (!IsPosted(other)) return true;
  } else if (next_[static_cast<size_t>(index_.RankOf(other))] != other) {
    waits_for_[static_cast<size_t>(r)] = id;
    return false;
  }
  Complete(id);
  Complete(other);
  return true;
}

void Run::Post(ActionId transfer) {
  const Place place = PlaceOf(transfer);
  Channel& channel = channels_[place.channel];
  ++channel.posted[place.side];
  while (channel.done < std::min(channel.posted[0], channel.posted[1])) {
    const ActionId first = channel.sides[0][channel.done];
    const ActionId second = channel.sides[1][channel.done];
    if (Other(first) != second) return;
    ++channel.done;
    Complete(first);
    Complete(second);
  }
}

void Run::Complete(ActionId id) {
  done_[id] = 1;
  const Action action = index_.action(id);
  if (IsTransfer(action.kind())) {
    Wake(id, id);
    return;
  }
  const int s = action.stage();
  const int j = action.microbatch();
  switch (action.kind()) {
    case ActionKind::kForward:
      Wake(index_.Find(ActionKind::kForward, s + 1, j), id);
      Wake(index_.FindBackward(s, j), id);
      break;
    case ActionKind::kBackward:
    case ActionKind::kBackwardInput:
      Wake(index_.FindBackward(s - 1, j), id);
      Wake(index_.Find(ActionKind::kBackwardWeight, s, j), id);
      break;
    default: break;
  }
}

// Makes the rank of an action ready, if it waits for what completed.
void Run::Wake(ActionId rank_of, ActionId completed) {
  if (rank_of == kNoAction) return;
  const int r = index_.RankOf(rank_of);
  ActionId& waits_for = waits_for_[static_cast<size_t>(r)];
  if (waits_for != completed) return;
  waits_for = kNoAction;
  ready_.push_back(r);
}

template <typename Visitor>
void Run::ForEachInput(ActionId op, Visitor visit) const {
  const Action action = index_.action(op);
  const int s = action.stage();
  const int j = action.microbatch();
  const auto visit_data = [&](ActionId maker, ActionKind receive) {
    const bool is_remote = maker == kNoAction || index_.RankOf(maker) != index_.RankOf(op);
    if (transport_ && is_remote) maker = index_.Find(receive, s, j);
    if (maker != kNoAction) visit(maker);
  };
  const auto visit_own = [&](ActionId maker) {
    if (maker != kNoAction) visit(maker);
  };
  switch (action.kind()) {
    case ActionKind::kForward:
      if (s > 0) {
        visit_data(index_.Find(ActionKind::kForward, s - 1, j), ActionKind::kReceiveForward);
      }
      return;
    case ActionKind::kBackward:
    case ActionKind::kBackwardInput:
      if (s + 1 < index_.num_stages()) {
        visit_data(index_.FindBackward(s + 1, j), ActionKind::kReceiveBackward);
      }
      visit_own(index_.Find(ActionKind::kForward, s, j));
      return;
    case ActionKind::kBackwardWeight:
      visit_own(index_.Find(ActionKind::kBackwardInput, s, j));
      return;
    default: return;
  }
}

ActionId Run::MissingInput(ActionId op) const {
  ActionId missing = kNoAction;
  ForEachInput(op, [&](ActionId input) {
    if (missing == kNoAction && done_[input] == 0) missing = input;
  });
  return missing;
}

bool Run::IsPosted(ActionId id) const { return id < BlockedAt(index_.RankOf(id)); }

ActionId Run::BlockedAt(int r) const { return next_[static_cast<size_t>(r)]; }

ActionId Run::HeadOf(Place place) const {
  const Channel& channel = channels_[place.channel];
  return channel.sides[place.side][channel.done];
}

std::vector<Run::Wait> Run::WaitsOf(ActionId id) const {
  const Action action = index_.action(id);
  if (IsTransfer(action.kind())) return WaitsOfTransfer(id);
  std::vector<Wait> waits;
  const auto add = [&](ActionId input) {
    if (done_[input] != 0) return;
    const bool is_stuck_transfer = IsTransfer(index_.action(input).kind()) && IsPosted(input);
    waits.push_back({input, is_stuck_transfer ? input : BlockedAt(index_.RankOf(input))});
  };
  ForEachInput(id, add);
  if (action.fused()) ForEachInput(id + 1, add);
  return waits;
}

std::vector<Run::Wait> Run::WaitsOfTransfer(ActionId id) const {
  const ActionId other = Other(id);
  const ActionId blocked = BlockedAt(index_.RankOf(other));
  if (!IsFifo()) return {{other, blocked}};
  const ActionId own_head = HeadOf(PlaceOf(id));
  if (own_head != id) return {{own_head, own_head}};
  if (!IsPosted(other)) return {{other, blocked}};
  return {{other, HeadOf(PlaceOf(other))}};
}

// The circle that the first waits of an action and of what holds those up end in; nothing
// if they reach what was seen before.
std::vector<ActionId> Run::FollowFirstWaits(ActionId start, std::vector<uint8_t>& seen) const {
  std::vector<ActionId> path;
  for (ActionId id = start; seen[id] == 0;) {
    seen[id] = 1;
    path.push_back(id);
    const std::vector<Wait> waits = WaitsOf(id);
    if (waits.empty()) return {};
    id = waits[0].blocked;
    if (seen[id] == 0) continue;
    const auto first = std::find(path.begin(), path.end(), id);
    if (first != path.end()) return {first, path.end()};
  }
  return {};
}

// Leaves out what is not needed for a circle.
std::vector<ActionId> Run::Shorten(std::vector<ActionId> cycle) const {
  for (;;) {
    absl::flat_hash_map<ActionId, size_t> place;
    for (size_t i = 0; i < cycle.size(); ++i) place[cycle[i]] = i;
    size_t shortest = cycle.size();
    size_t first = 0;
    for (size_t i = 0; i < cycle.size(); ++i) {
      for (const Wait wait : WaitsOf(cycle[i])) {
        const auto it = place.find(wait.blocked);
        if (it == place.end()) continue;
        // From what it waits for, along the circle, to this one and back.
        const size_t length = (i + cycle.size() - it->second) % cycle.size() + 1;
        if (length >= shortest) continue;
        shortest = length;
        first = it->second;
      }
    }
    if (shortest == cycle.size()) return cycle;
    std::rotate(cycle.begin(), cycle.begin() + static_cast<ptrdiff_t>(first), cycle.end());
    cycle.resize(shortest);
  }
}

std::string Run::Name(ActionId id) const {
  return absl::StrCat("rank ", index_.RankOf(id), " #", index_.PositionOf(id), " ",
                      FormatAction(index_.action(id)));
}

std::optional<WaitCycle> Run::FindCycle() const {
  std::vector<uint8_t> seen(done_.size());
  std::vector<ActionId> cycle;
  for (size_t r = 0; r < next_.size() && cycle.empty(); ++r) {
    if (next_[r] < end_[r]) cycle = FollowFirstWaits(next_[r], seen);
  }
  if (cycle.empty()) return std::nullopt;
  cycle = Shorten(std::move(cycle));
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  WaitCycle result{cycle[0], Name(cycle[0])};
  for (size_t i = 0; i < cycle.size(); ++i) {
    const ActionId next = cycle[(i + 1) % cycle.size()];
    const std::vector<Wait> waits = WaitsOf(cycle[i]);
    const auto wait =
        std::find_if(waits.begin(), waits.end(), [&](const Wait& w) { return w.blocked == next; });
    absl::StrAppend(&result.chain, " waits for ", Name(wait->target));
    if (wait->target != next) absl::StrAppend(&result.chain, " behind ", Name(next));
  }
  return result;
}

}  // namespace pipesched
