#ifndef PIPESCHED_ENGINE_SIM_READY_RANKS_H_
#define PIPESCHED_ENGINE_SIM_READY_RANKS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pipesched {

// The ranks that can run another op, visited as an elevator visits floors: up
// through all that are ready, then down, and so on. Neighbouring ranks feed
// each other, so a visit finds its inputs in the cache and many of them at once.
class ReadyRanks {
 public:
  explicit ReadyRanks(int num_ranks) : words_((static_cast<size_t>(num_ranks) + 63) / 64) {}

  void Add(int rank) { words_[Word(rank)] |= Bit(rank); }

  // Removes and returns the next rank on the way, or -1 if none is left.
  int Take() {
    int rank = up_ ? AtOrAbove(position_) : AtOrBelow(position_);
    if (rank < 0) {
      up_ = !up_;
      rank = up_ ? AtOrAbove(position_) : AtOrBelow(position_);
    }
    if (rank < 0) return -1;
    words_[Word(rank)] &= ~Bit(rank);
    position_ = rank;
    return rank;
  }

 private:
  static size_t Word(int rank) { return static_cast<size_t>(rank) / 64; }
  static uint64_t Bit(int rank) { return uint64_t{1} << (rank % 64); }

  int AtOrAbove(int rank) const {
    size_t word = Word(rank);
    uint64_t bits = words_[word] & ~(Bit(rank) - 1);
    while (bits == 0) {
      if (++word == words_.size()) return -1;
      bits = words_[word];
    }
    return static_cast<int>(word) * 64 + std::countr_zero(bits);
  }

  int AtOrBelow(int rank) const {
    size_t word = Word(rank);
    uint64_t bits = words_[word] & (Bit(rank) | (Bit(rank) - 1));
    while (bits == 0) {
      if (word-- == 0) return -1;
      bits = words_[word];
    }
    return static_cast<int>(word) * 64 + 63 - std::countl_zero(bits);
  }

  std::vector<uint64_t> words_;  // bit rank % 64 of word rank / 64
  int position_ = 0;
  bool up_ = true;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SIM_READY_RANKS_H_
