#ifndef PIPESCHED_DAEMON_CONVERT_MACHINE_H_
#define PIPESCHED_DAEMON_CONVERT_MACHINE_H_

#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/model/pipeline.h"
#include "pipesched/v1/pipeline.pb.h"

namespace pipesched {

// The machine that schedules of several kinds are compared on or searched for: a pipeline
// of one stage a rank, see SplitSlices. `chunks` is the most that a slice is split into;
// the times of all boundaries then must fit into ticks. Adds all that is wrong to
// `violations`. The result may be used only if it added nothing; but its shape is right
// if the sizes are, and all 0 if not.
// Null stands for a missing one.
Pipeline ConvertMachine(const v1::Pipeline* request, int chunks, const Limits& limits,
                        Violations& violations);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_MACHINE_H_
