#ifndef PIPESCHED_DAEMON_CONVERT_PIPELINE_H_
#define PIPESCHED_DAEMON_CONVERT_PIPELINE_H_

#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/model/pipeline.h"
#include "pipesched/v1/pipeline.pb.h"

namespace pipesched {

// The pipeline of a request with every default resolved and every time in
// ticks. Adds all that is wrong to `violations`, with paths that start with
// "pipeline"; the result may be used only if it added nothing. Allocates in
// proportion to the limits at most.
Pipeline ConvertPipeline(const v1::Pipeline& request, const Limits& limits, Violations& violations);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_PIPELINE_H_
