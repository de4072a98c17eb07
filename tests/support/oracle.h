#ifndef PIPESCHED_TESTS_SUPPORT_ORACLE_H_
#define PIPESCHED_TESTS_SUPPORT_ORACLE_H_

#include <cstdint>

#include "engine/model/column.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// A second simulator, slow and independent of engine/sim: it only restates the
// rules, and repeats them over all ops until no time changes any more.
struct OracleTimes {
  Column<int64_t> starts;
  Column<int64_t> ends;
};

// The order must be able to run.
OracleTimes ReferenceTimes(const Pipeline& pipeline, const Placement& placement,
                           const Order& order);

// Most bytes and most activations that a rank holds, counted anew at the start
// of each of its ops in the times given.
struct OraclePeak {
  int64_t bytes = 0;
  int activations = 0;
};
OraclePeak ReferencePeak(const Pipeline& pipeline, const Placement& placement, const Order& order,
                         const OracleTimes& times, int rank);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_ORACLE_H_
