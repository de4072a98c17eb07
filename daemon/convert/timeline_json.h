#ifndef PIPESCHED_DAEMON_CONVERT_TIMELINE_JSON_H_
#define PIPESCHED_DAEMON_CONVERT_TIMELINE_JSON_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "daemon/plan.h"

namespace pipesched {

// ComputeScheduleResponse of a plan with view FULL in protobuf's JSON mapping, with the
// names of the proto and with fields of their default value. In parts, until `sink` returns
// false; returns whether all of it was taken. A column is never there as a whole in memory.
bool WriteTimelineJson(const Plan& plan, absl::FunctionRef<bool(absl::string_view part)> sink);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_TIMELINE_JSON_H_
