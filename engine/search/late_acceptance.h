#ifndef PIPESCHED_ENGINE_SEARCH_LATE_ACCEPTANCE_H_
#define PIPESCHED_ENGINE_SEARCH_LATE_ACCEPTANCE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace pipesched {

// Late acceptance hill climbing (Burke, Bykov, "The late acceptance hill-climbing
// heuristic", 2017): a candidate is taken if it is no worse than the current one or than
// the one of some candidates ago. Whole numbers only: the same on every machine.
class LateAcceptance {
 public:
  void Restart(int64_t energy) {
    energy_ = energy;
    history_.fill(energy);
  }

  // The largest energy with which the next candidate is taken.
  int64_t Most() const { return std::max(history_[turn_], energy_); }

  void Take(int64_t energy) { energy_ = energy; }

  // After each candidate, taken or not.
  void Next() {
    history_[turn_] = std::min(history_[turn_], energy_);
    turn_ = turn_ + 1 == history_.size() ? 0 : turn_ + 1;
  }

 private:
  std::array<int64_t, 100> history_ = {};
  size_t turn_ = 0;
  int64_t energy_ = 0;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_LATE_ACCEPTANCE_H_
