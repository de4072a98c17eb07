#ifndef PIPESCHED_TESTS_SUPPORT_KINDS_H_
#define PIPESCHED_TESTS_SUPPORT_KINDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/registry.h"

namespace pipesched {

// The kinds that make their own order: all but "custom".
std::vector<const ScheduleKind*> KindsWithOrders();

// The order of a kind, which is legal for the pipeline.
Order MakeOrder(absl::string_view kind, const Pipeline& pipeline,
                const ScheduleParams& params = {});

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_KINDS_H_
