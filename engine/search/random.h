#ifndef PIPESCHED_ENGINE_SEARCH_RANDOM_H_
#define PIPESCHED_ENGINE_SEARCH_RANDOM_H_

#include <cstdint>

namespace pipesched {

// Random numbers that are the same on every machine: splitmix64 (Steele, Lea, Flood,
// "Fast splittable pseudorandom number generators", 2014).
class SearchRandom {
 public:
  explicit SearchRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15U;
    uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  // In [0, count); count >= 1.
  int Below(int count) {
    return static_cast<int>((Next() >> 32U) * static_cast<uint64_t>(count) >> 32U);
  }

 private:
  uint64_t state_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_RANDOM_H_
