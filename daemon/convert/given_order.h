#ifndef PIPESCHED_DAEMON_CONVERT_GIVEN_ORDER_H_
#define PIPESCHED_DAEMON_CONVERT_GIVEN_ORDER_H_

#include <optional>

#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/order/given_order.h"
#include "pipesched/v1/schedule.pb.h"

namespace pipesched {

// The order of a custom schedule, read. Adds a text that is missing, too large, or not
// an order text to `violations`, and then returns nothing; nor where `cancelled` says so,
// which it tells them.
std::optional<Order> ConvertOrderText(const v1::Schedule& schedule, const Limits& limits,
                                      Cancelled cancelled, Violations& violations);

// The placement of Schedule.stage_to_rank, which is not empty. Adds what is wrong with it to
// `violations`, and then returns nothing.
std::optional<Placement> ConvertStageToRank(const v1::Schedule& schedule, int num_stages,
                                            int num_ranks, Violations& violations);

// The order with the placement that the schedule gives or the order shows. Adds what
// keeps it from being a schedule of that shape to `violations` (see FindOrderErrors),
// and then returns nothing. `cancelled` as above.
std::optional<GivenOrder> ConvertGivenOrder(const v1::Schedule& schedule,
                                            const PipelineShape& shape, Order order,
                                            const Limits& limits, Cancelled cancelled,
                                            Violations& violations);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_GIVEN_ORDER_H_
