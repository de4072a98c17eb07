#include "engine/order/gpipe.h"

#include "engine/order/phases.h"

namespace pipesched {

Order MakeGpipeOrder(const PipelineShape& shape, const ScheduleParams&) {
  return MakeThreePhaseOrder(shape, [&](int) { return shape.num_microbatches; });
}

}  // namespace pipesched
