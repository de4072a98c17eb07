#ifndef PIPESCHED_TESTS_SUPPORT_ZERO_BUBBLE_H_
#define PIPESCHED_TESTS_SUPPORT_ZERO_BUBBLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/search/search.h"

// Problems of the zero-bubble authors, for searches.

namespace pipesched {

// A setting of the zero-bubble paper (arXiv 2401.10241, table 2): times in ms, sizes of the
// model for its memory: activations are 34h + 5as, of which 32h stay until W.
struct ZeroBubbleSetting {
  const char* name;
  int ranks, microbatches;
  double forward, input, weight, p2p;
  int64_t hidden, heads;
};
inline constexpr ZeroBubbleSetting kSetting1 = {"setting1", 8,    24,   18.522, 18.086,
                                                9.337,      .601, 2304, 24};
inline constexpr ZeroBubbleSetting kSetting4 = {"setting4", 8,    24,   29.718, 29.444,
                                                19.927,     .527, 4096, 32};
inline constexpr ZeroBubbleSetting kSetting7 = {"setting7", 16,   48,   11.347, 11.248,
                                                8.132,      .377, 5120, 40};

// The longest rank span of a linear machine whose ranks may hold `limit` activations.
SearchProblem ProblemOf(const ZeroBubbleSetting& setting, int limit);

// The same as a V, limits in activations of both chunks that stay whole until W.
SearchProblem VProblemOf(const ZeroBubbleSetting& setting, int limit);

// 1 - busy / value of a uniform machine: the papers' rate.
double RateOf(const SearchProblem& problem, int64_t value);

// A row of tests/golden/zb_ilp.txt: the smallest longest rank span with free starts.
struct IntegerProgram {
  std::string text;
  SearchProblem problem;
  int64_t span = 0;
  bool proven = false;  // else no order above it is good enough
};
std::vector<IntegerProgram> ReadIntegerPrograms();

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_ZERO_BUBBLE_H_
