#ifndef PIPESCHED_DAEMON_CONVERT_SCHEDULE_H_
#define PIPESCHED_DAEMON_CONVERT_SCHEDULE_H_

#include "absl/strings/string_view.h"
#include "daemon/errors.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/model/cancel.h"
#include "engine/order/registry.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "pipesched/v1/pipeline.pb.h"
#include "pipesched/v1/schedule.pb.h"

namespace pipesched {

// The contract's value of a kind.
v1::ScheduleKind ToProto(const ScheduleKind& kind);

v1::PlacementKind ToProto(PlacementKind placement);

// Adds a field that this version does not know to `violations`: it may change what is
// asked for.
void RefuseUnknownFields(const google::protobuf::Message& message, absl::string_view path,
                         Violations& violations);

// The kind of a schedule; null if this version does not know it.
const ScheduleKind* KindOf(const v1::Schedule& schedule);

// The rows of the registry, for ListScheduleKinds.
void FillScheduleKinds(google::protobuf::RepeatedPtrField<v1::ScheduleKindInfo>& kinds);

// Everything that a plan is computed from. Adds all that is wrong to
// `violations`: a missing part, a pipeline out of range (see ConvertPipeline),
// an unknown kind, sizes that are not legal for the kind, more ops than the limit, a
// custom order that is not whole (see ConvertGivenOrder),
// fields that this version does not know. The result may be used only if it added
// nothing; but its shape is right if the sizes are, and all 0 if not.
// Null stands for a missing part. A custom order can be long to read: `cancelled` stops it,
// which `violations` are told.
PlanInput ConvertPlanInput(const v1::Pipeline* pipeline, const v1::Schedule* schedule,
                           const Limits& limits, Violations& violations,
                           Cancelled cancelled = NeverCancelled);

// The same of a schedule whose kind makes its orders, for a pipeline that is converted
// already and split in as many chunks a rank as the kind wants. With a shape of 0 the
// sizes are not checked.
PlanInput ConvertMadeSchedule(const v1::Schedule& schedule, Pipeline pipeline, const Limits& limits,
                              Violations& violations);

// The same for a request with the fields `pipeline` and `schedule`.
template <typename Request>
PlanInput ConvertPlanInput(const Request& request, const Limits& limits, Violations& violations,
                           Cancelled cancelled = NeverCancelled) {
  return ConvertPlanInput(request.has_pipeline() ? &request.pipeline() : nullptr,
                          request.has_schedule() ? &request.schedule() : nullptr, limits,
                          violations, cancelled);
}

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_SCHEDULE_H_
