#include "engine/search/list_schedule.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pipesched {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

}  // namespace

Rules MakeRules(const SearchModel& model, int warmup, bool backward_first) {
  Rules rules;
  for (int r = 0; r < model.num_ranks; ++r) {
    const auto& stages = model.stages_of[static_cast<size_t>(r)];
    RankRule rule;
    for (size_t c = 0; c < stages.size(); ++c) {
      const int chunk = static_cast<int>(c);
      const int further = model.num_stages - 1 - stages[c];
      rule.priority.push_back(backward_first ? chunk : 100 + chunk);
      rule.priority.push_back(50 + chunk);
      rule.priority.push_back(0);
      rule.most_open.push_back(
          std::min(model.num_microbatches, std::max(1, further * warmup / 2 + 1)));
    }
    rule.most_weights = model.num_microbatches;
    rules.push_back(rule);
  }
  return rules;
}

void Mutate(const SearchModel& model, SearchRandom& random, Rules& rules) {
  const auto r = static_cast<size_t>(random.Below(model.num_ranks));
  RankRule& rule = rules[r];
  const auto chunk = static_cast<size_t>(random.Below(static_cast<int>(rule.most_open.size())));
  switch (random.Below(5)) {
    case 0:
    case 1: {
      const int step = 1 + random.Below(2);
      int& open = rule.most_open[chunk];
      open += random.Below(2) == 0 ? step : -step;
      open = std::clamp(open, 1, model.num_microbatches);
      break;
    }
    case 2: {
      int& priority = rule.priority[chunk * kSearchKinds + static_cast<size_t>(random.Below(2))];
      priority = random.Below(150);
      break;
    }
    case 3:
      rule.most_weights = random.Below(2) == 0 ? model.num_microbatches : random.Below(8);
      break;
    default: {
      const int stage = model.stages_of[r][chunk];
      const int64_t time = model.time[static_cast<size_t>(stage)][kSearchWeight];
      rule.patience = time / 8 * random.Below(9);
      break;
    }
  }
  // What helps a rank often helps its neighbours.
  if (random.Below(4) == 0) {
    const size_t other = r + 1 < rules.size() ? r + 1 : 0;
    rules[other].patience = rule.patience;
    rules[other].priority = rule.priority;
    rules[other].most_weights = rule.most_weights;
    rules[other].priority.resize(rules[other].most_open.size() * kSearchKinds);
  }
}

ListScheduler::ListScheduler(const SearchModel& model) : model_(model) {
  for (int r = 0; r < model.num_ranks; ++r) {
    const auto& stages = model.stages_of[static_cast<size_t>(r)];
    std::vector<int64_t> reserve(stages.size());
    for (size_t c = stages.size(); c-- > 1;) {
      reserve[c - 1] = reserve[c] + model.bytes[static_cast<size_t>(stages[c])][kSearchForward];
    }
    reserve_.push_back(reserve);
  }
}

int64_t ListScheduler::Arrival(int rank, Token token) const {
  const RankState& state = ranks_[static_cast<size_t>(rank)];
  const int microbatch = state.done[token];
  const int kind = token % kSearchKinds;
  if (microbatch >= model_.num_microbatches) return kNever;
  if (kind == kSearchBackward && microbatch >= state.done[token - size_t{1}]) return kNever;
  const auto id = static_cast<size_t>(model_.StageOf(rank, token)) *
                      static_cast<size_t>(model_.num_microbatches) +
                  static_cast<size_t>(microbatch);
  return arrives_[id * 2 + static_cast<size_t>(kind)];
}

bool ListScheduler::HasRoom(int rank, int chunk) const {
  const auto r = static_cast<size_t>(rank);
  const int stage = model_.stages_of[r][static_cast<size_t>(chunk)];
  const int64_t room = ranks_[r].room;
  const int64_t bytes = model_.bytes[static_cast<size_t>(stage)][kSearchForward];
  return room >= bytes && room - bytes >= reserve_[r][static_cast<size_t>(chunk)];
}

void ListScheduler::Start(int rank, Token token) {
  const auto r = static_cast<size_t>(rank);
  RankState& state = ranks_[r];
  const int stage = model_.StageOf(rank, token);
  const auto s = static_cast<size_t>(stage);
  const int kind = token % kSearchKinds;
  const auto k = static_cast<size_t>(kind);
  const auto microbatch = static_cast<size_t>(state.done[token]++);
  const auto m = static_cast<size_t>(model_.num_microbatches);
  sequences_[r].push_back(token);
  --state.left;
  state.free += model_.time[s][k];
  state.idle = false;
  const bool limited = model_.capacity[r] != kNever;
  if (limited) state.room += kind == kSearchForward ? -model_.bytes[s][k] : model_.bytes[s][k];
  int next = -1;
  if (kind == kSearchForward) {
    next = stage + 1 < model_.num_stages ? stage + 1 : -1;
    if (next < 0) arrives_[(s * m + microbatch) * 2 + 1] = state.free;
  } else if (kind == kSearchBackward) {
    next = stage - 1;
  }
  if (next < 0) return;
  const auto n = static_cast<size_t>(next);
  const int64_t arrival =
      state.free + (kind == kSearchForward ? model_.forward_delay[n] : model_.backward_delay[n]);
  arrives_[(n * m + microbatch) * 2 + k] = arrival;
  RankState& receiver = ranks_[static_cast<size_t>(model_.rank_of[n])];
  if (!receiver.idle || receiver.free <= arrival) return;
  receiver.free = arrival;
  turns_.push({arrival, model_.rank_of[n]});
}

void ListScheduler::Step(int rank, const RankRule& rule) {
  const auto r = static_cast<size_t>(rank);
  RankState& state = ranks_[r];
  const auto chunks = static_cast<int>(model_.stages_of[r].size());
  int best = -1;
  int best_priority = std::numeric_limits<int>::min();
  int64_t next = kNever;  // arrival of what is on its way
  bool starved = false;   // an F waits for memory
  int waiting = 0;        // W
  int oldest = -1;
  for (int c = 0; c < chunks; ++c) {
    const size_t first = static_cast<size_t>(c) * kSearchKinds;
    for (size_t kind = 0; kind < 2; ++kind) {
      const auto token = static_cast<Token>(first + kind);
      const int64_t arrival = Arrival(rank, token);
      if (arrival == kNever) continue;
      if (kind == kSearchForward) {
        if (state.done[first] - state.done[first + 1] >= rule.most_open[static_cast<size_t>(c)]) {
          continue;
        }
        if (!HasRoom(rank, c)) {
          starved = starved || arrival <= state.free;
          continue;
        }
      }
      if (arrival > state.free) {
        next = std::min(next, arrival);
      } else if (rule.priority[token] > best_priority) {
        best = token;
        best_priority = rule.priority[token];
      }
    }
    if (!model_.split) continue;
    const int pending = state.done[first + kSearchBackward] - state.done[first + kSearchWeight];
    waiting += pending;
    if (pending > 0 && (oldest < 0 || state.done[first + kSearchWeight] <
                                          state.done[static_cast<size_t>(oldest)])) {
      oldest = static_cast<int>(first) + kSearchWeight;
    }
  }
  const bool forward = best >= 0 && best % kSearchKinds == kSearchForward;
  if (best >= 0 && !(forward && waiting > rule.most_weights)) {
    Start(rank, static_cast<Token>(best));
    return;
  }
  if (oldest >= 0) {
    const int64_t time =
        model_.time[static_cast<size_t>(model_.StageOf(rank, static_cast<Token>(oldest)))]
                   [kSearchWeight];
    if (best >= 0 || starved || next == kNever || state.free + time <= next + rule.patience) {
      Start(rank, static_cast<Token>(oldest));
      return;
    }
  }
  // Nothing is there: ask again when something comes.
  state.free = next;
  state.idle = true;
}

bool ListScheduler::Schedule(const Rules& rules) {
  const auto m = static_cast<size_t>(model_.num_microbatches);
  arrives_.assign(static_cast<size_t>(model_.num_stages) * m * 2, kNever);
  for (size_t j = 0; j < m; ++j) arrives_[j * 2] = 0;
  sequences_.assign(static_cast<size_t>(model_.num_ranks), {});
  ranks_.resize(static_cast<size_t>(model_.num_ranks));
  for (int r = 0; r < model_.num_ranks; ++r) {
    RankState& state = ranks_[static_cast<size_t>(r)];
    state.free = 0;
    state.idle = false;
    state.room = model_.capacity[static_cast<size_t>(r)];
    state.done.assign(model_.stages_of[static_cast<size_t>(r)].size() * kSearchKinds, 0);
    state.left = model_.OpsOf(r);
    sequences_[static_cast<size_t>(r)].reserve(state.left);
  }
  turns_ = {};
  for (int r = 0; r < model_.num_ranks; ++r) turns_.push({0, r});
  while (!turns_.empty()) {
    const auto [time, rank] = turns_.top();
    turns_.pop();
    const auto r = static_cast<size_t>(rank);
    if (ranks_[r].left == 0 || ranks_[r].free != time) continue;  // it has another turn
    if (time == kNever) return false;
    Step(rank, rules[r]);
    turns_.push({ranks_[r].free, rank});
  }
  return true;
}

}  // namespace pipesched
