#include "engine/search/timing.h"

#include <algorithm>
#include <utility>

namespace pipesched {
namespace {

constexpr size_t kNothing = std::numeric_limits<size_t>::max();

}  // namespace

Timing::Timing(const SearchModel& model) : model_(model) {
  const auto ranks = static_cast<size_t>(model.num_ranks);
  work_.resize(ranks);
  ends_.resize(ranks);
  count_.resize(ranks);
  for (size_t r = 0; r < ranks; ++r) {
    ends_[r].resize(model.OpsOf(static_cast<int>(r)));
    count_[r].resize(model.stages_of[r].size() * kSearchKinds);
    for (const int s : model.stages_of[r]) {
      const auto& time = model.time[static_cast<size_t>(s)];
      const int64_t sum = time[0] + time[1] + (model.split ? time[2] : 0);
      work_[r] += sum * model.num_microbatches;
    }
  }
  times_.starts.resize(ranks);
  times_.ends.resize(ranks);
  made_.resize(static_cast<size_t>(model.num_stages) * static_cast<size_t>(model.num_microbatches) *
               2);
  at_.resize(ranks);
  rest_.resize(ranks);
  waits_for_.resize(ranks);
  undo_.resize(ranks);
}

bool Timing::Run(const Sequences& sequences) {
  std::fill(made_.begin(), made_.end(), kUnset);
  for (size_t r = 0; r < at_.size(); ++r) {
    at_[r] = 0;
    rest_[r] = work_[r];
    std::fill(count_[r].begin(), count_[r].end(), 0);
  }
  old_made_.clear();
  return Resume(sequences, false, std::numeric_limits<int64_t>::max());
}

bool Timing::Change(const Sequences& sequences, const std::vector<size_t>& begins, bool spans,
                    int64_t most) {
  // An op that started before all that changed needs nothing that did.
  int64_t moved = std::numeric_limits<int64_t>::max();
  for (size_t r = 0; r < begins.size(); ++r) {
    if (begins[r] == kUnchanged) continue;
    moved = std::min(moved, begins[r] == 0 ? 0 : ends_[r][begins[r] - 1]);
  }
  old_made_.clear();
  old_times_ = times_;
  for (int r = 0; r < model_.num_ranks; ++r) {
    const auto i = static_cast<size_t>(r);
    const Sequence& sequence = sequences[i];
    std::vector<int64_t>& ends = ends_[i];
    // Ops that end before `moved` started before it; the next may have.
    auto keep =
        static_cast<size_t>(std::lower_bound(ends.begin(), ends.end(), moved) - ends.begin());
    if (keep < std::min(ends.size(), begins[i]) && StartAt(sequences, r, keep) < moved) ++keep;
    keep = std::min(keep, begins[i]);
    undo_[i].begin = keep;
    undo_[i].ends.assign(ends.begin() + static_cast<std::ptrdiff_t>(keep), ends.end());
    at_[i] = keep;
    std::vector<int>& count = count_[i];
    std::fill(count.begin(), count.end(), 0);
    int64_t rest = work_[i];
    for (size_t k = 0; k < keep; ++k) {
      const Token token = sequence[k];
      ++count[token];
      rest -= model_.time[static_cast<size_t>(model_.StageOf(r, token))][token % kSearchKinds];
    }
    rest_[i] = rest;
    for (size_t chunk = 0; chunk < model_.stages_of[i].size(); ++chunk) {
      const int stage = model_.stages_of[i][chunk];
      for (int kind = 0; kind < 2; ++kind) {
        for (int j = count[chunk * kSearchKinds + static_cast<size_t>(kind)];
             j < model_.num_microbatches; ++j) {
          const size_t id = model_.OutputId(stage, j, kind);
          old_made_.emplace_back(id, made_[id]);
          made_[id] = kUnset;
        }
      }
    }
  }
  return Resume(sequences, spans, most);
}

void Timing::Revert() {
  for (size_t r = 0; r < ends_.size(); ++r) {
    std::copy(undo_[r].ends.begin(), undo_[r].ends.end(),
              ends_[r].begin() + static_cast<std::ptrdiff_t>(undo_[r].begin));
  }
  for (const auto& [id, end] : old_made_) made_[id] = end;
  times_ = old_times_;
}

bool Timing::Resume(const Sequences& sequences, bool spans, int64_t most) {
  std::fill(waits_for_.begin(), waits_for_.end(), kNothing);
  ready_.clear();
  for (int r = model_.num_ranks - 1; r >= 0; --r) ready_.push_back(r);
  const int last_stage = model_.num_stages - 1;
  while (!ready_.empty()) {
    const int rank = ready_.back();
    ready_.pop_back();
    const auto r = static_cast<size_t>(rank);
    const Sequence& sequence = sequences[r];
    const std::vector<int>& stages = model_.stages_of[r];
    std::vector<int64_t>& ends = ends_[r];
    std::vector<int>& count = count_[r];
    size_t at = at_[r];
    int64_t free = at == 0 ? 0 : ends[at - 1];
    int64_t rest = rest_[r];
    waits_for_[r] = kNothing;
    for (; at < sequence.size(); ++at) {
      const Token token = sequence[at];
      const int kind = token % kSearchKinds;
      const int stage = stages[token / kSearchKinds];
      const auto s = static_cast<size_t>(stage);
      const int microbatch = count[token];
      int64_t start = free;
      int next = -1;  // the stage that uses the output
      if (kind == kSearchForward) {
        if (stage > 0) {
          const size_t need = model_.OutputId(stage - 1, microbatch, 0);
          if (made_[need] == kUnset) {
            waits_for_[r] = need;
            break;
          }
          start = std::max(start, made_[need] + model_.forward_delay[s]);
        }
        next = stage + 1;
      } else if (kind == kSearchBackward) {
        if (stage < last_stage) {
          const size_t need = model_.OutputId(stage + 1, microbatch, 1);
          if (made_[need] == kUnset) {
            waits_for_[r] = need;
            break;
          }
          start = std::max(start, made_[need] + model_.backward_delay[s]);
        }
        next = stage - 1;
      }
      if (at == 0) times_.starts[r] = start;
      if (start + rest - (spans ? times_.starts[r] : 0) > most) return false;
      const int64_t time = model_.time[s][static_cast<size_t>(kind)];
      free = start + time;
      rest -= time;
      ends[at] = free;
      ++count[token];
      if (kind == kSearchWeight) continue;
      const size_t id = model_.OutputId(stage, microbatch, kind);
      made_[id] = free;
      if (next < 0 || next > last_stage) continue;
      const int waiting = model_.rank_of[static_cast<size_t>(next)];
      if (waits_for_[static_cast<size_t>(waiting)] == id) {
        waits_for_[static_cast<size_t>(waiting)] = kNothing;
        ready_.push_back(waiting);
      }
    }
    at_[r] = at;
    rest_[r] = rest;
    times_.ends[r] = free;
  }
  for (size_t r = 0; r < at_.size(); ++r) {
    if (at_[r] != sequences[r].size()) return false;
  }
  return true;
}

int64_t RankTimes::Makespan() const { return *std::max_element(ends.begin(), ends.end()); }

int64_t RankTimes::LongestRankSpan() const {
  int64_t span = 0;
  for (size_t r = 0; r < ends.size(); ++r) span = std::max(span, ends[r] - starts[r]);
  return span;
}

int64_t RankTimes::MeanEighth(bool spans) const {
  const auto count = static_cast<int64_t>(8 * ends.size());
  int64_t sum = 0;
  for (size_t r = 0; r < ends.size(); ++r) sum += (ends[r] - (spans ? starts[r] : 0)) / count;
  return sum;
}

}  // namespace pipesched
