#ifndef PIPESCHED_ENGINE_EXCHANGE_CHROME_TRACE_H_
#define PIPESCHED_ENGINE_EXCHANGE_CHROME_TRACE_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"
#include "engine/model/timeline.h"

namespace pipesched {

// Texts of a trace, printable ASCII.
struct TraceLabels {
  std::string schedule;
  std::string digest;
};

// Writes a timeline in the JSON form of Chrome's trace events, which Perfetto and
// chrome://tracing open: a process a rank; a complete event an op, or a fused pair, on a
// second thread if it takes no time; flow events from each op to the one on another rank that needs
// what it makes; counters of the activations alive and, if stages have bytes, of the memory held.
// One unit of time is 1 ms; timestamps are in microseconds, exact.
//
// Gives the text as consecutive parts of some KiB, until `sink` returns false. Returns
// whether all of it was taken.
bool WriteChromeTrace(const Pipeline& pipeline, const Placement& placement, const Order& order,
                      const Timeline& timeline, const TraceLabels& labels,
                      absl::FunctionRef<bool(absl::string_view part)> sink);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_CHROME_TRACE_H_
