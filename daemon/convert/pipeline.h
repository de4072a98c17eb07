#ifndef PIPESCHED_DAEMON_CONVERT_PIPELINE_H_
#define PIPESCHED_DAEMON_CONVERT_PIPELINE_H_

#include <optional>

#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/model/pipeline.h"
#include "engine/order/given_order.h"
#include "pipesched/v1/pipeline.pb.h"

namespace pipesched {

// The sizes of a pipeline; those that are unset are `given`, which a custom order
// says. Adds what is wrong with them to `violations`, with paths that start with
// "pipeline", and then returns nothing.
std::optional<PipelineShape> ConvertShape(const v1::Pipeline& request,
                                          const std::optional<OrderSizes>& given,
                                          const Limits& limits, Violations& violations);

// The pipeline of a request with every default resolved and every time in
// ticks. `shape` is what ConvertShape returned. Adds all else that is wrong to
// `violations`, and then returns nothing; does so too where there is no shape.
// `other_time` is what the ranks do besides, in the caller's unit, finite and >= 0; ticks
// allow for it.
// Allocates in proportion to the shape, not to the request.
std::optional<Pipeline> ConvertPipeline(const v1::Pipeline& request,
                                        std::optional<PipelineShape> shape, Violations& violations,
                                        double other_time = 0);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_PIPELINE_H_
