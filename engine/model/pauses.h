#ifndef PIPESCHED_ENGINE_MODEL_PAUSES_H_
#define PIPESCHED_ENGINE_MODEL_PAUSES_H_

#include <cstdint>
#include <vector>

namespace pipesched {

// Times in ticks for which the ranks of an order do what is no op of it, such as the
// actions of fully sharded data parallelism. A rank begins when the op before is done.
// Either both lists are empty, or neither.
struct Pauses {
  std::vector<int64_t> before;  // each op
  std::vector<int64_t> after;   // the last op of each rank

  bool empty() const { return before.empty(); }
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_PAUSES_H_
