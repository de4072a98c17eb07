#include "daemon/convert/given_order.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/sim/validate.h"

namespace pipesched {
namespace {

constexpr char kOrderField[] = "schedule.order";
constexpr char kCsvField[] = "schedule.pytorch_csv";
constexpr char kMapField[] = "schedule.stage_to_rank";

// Where the caller gave the order.
const char* OrderFieldOf(const v1::Schedule& schedule) {
  return schedule.has_pytorch_csv() ? kCsvField : kOrderField;
}

std::optional<Placement> PlacementOf(const v1::Schedule& schedule, const PipelineShape& shape,
                                     const Order& order, Violations& violations) {
  if (!schedule.stage_to_rank().empty())
    return ConvertStageToRank(schedule, shape.num_stages(), shape.num_ranks, violations);
  absl::StatusOr<Placement> placement = InferPlacement(shape, order);
  if (placement.ok()) return *std::move(placement);
  violations.Add(OrderFieldOf(schedule), std::string(placement.status().message()));
  return std::nullopt;
}

}  // namespace

std::optional<Placement> ConvertStageToRank(const v1::Schedule& schedule, int num_stages,
                                            int num_ranks, Violations& violations) {
  const auto& map = schedule.stage_to_rank();
  const int64_t violations_before = violations.count();
  if (map.size() != num_stages) {
    violations.Add(kMapField, absl::StrCat(map.size(), " entries, want ", num_stages,
                                           " (num_stages) or none"));
  }
  for (int s = 0; s < map.size(); ++s) {
    if (0 <= map[s] && map[s] < num_ranks) continue;
    violations.Add(absl::StrCat(kMapField, "[", s, "]"),
                   absl::StrCat(map[s], ", want [0, ", num_ranks - 1, "]"));
  }
  if (violations.count() > violations_before) return std::nullopt;
  return Placement(std::vector<int>(map.begin(), map.end()), num_ranks);
}

std::optional<Order> ConvertOrderText(const v1::Schedule& schedule, const Limits& limits,
                                      Cancelled cancelled, Violations& violations) {
  if (!schedule.has_order()) {
    violations.Add(kOrderField, "unset, want the order of the custom schedule");
    return std::nullopt;
  }
  const auto bytes = static_cast<int64_t>(schedule.order().size());
  if (bytes > limits.max_order_text_bytes) {
    violations.AddLimit(kOrderField,
                        absl::StrCat(bytes, " bytes, want at most ", limits.max_order_text_bytes),
                        {"max_order_text_bytes", bytes, limits.max_order_text_bytes});
    return std::nullopt;
  }
  absl::StatusOr<Order> order = ParseOrder(schedule.order(), cancelled);
  if (absl::IsCancelled(order.status())) {
    violations.Cancel();
    return std::nullopt;
  }
  if (!order.ok()) {
    violations.Add(kOrderField, std::string(order.status().message()));
    return std::nullopt;
  }
  if (order->ops.empty()) {
    violations.Add(kOrderField, "no op, want an order");
    return std::nullopt;
  }
  return *std::move(order);
}

std::optional<GivenOrder> ConvertGivenOrder(const v1::Schedule& schedule,
                                            const PipelineShape& shape, Order order,
                                            const Limits& limits, Cancelled cancelled,
                                            Violations& violations) {
  const char* const field = OrderFieldOf(schedule);
  if (order.num_ranks() != shape.num_ranks) {
    violations.Add(field, absl::StrCat(order.num_ranks(), " lines, want ", shape.num_ranks,
                                       ", a rank each (num_stages / chunks_per_rank)"));
    return std::nullopt;
  }
  if (order.num_ops() > limits.max_ops) {
    violations.AddLimit(field, absl::StrCat(order.num_ops(), " ops, want at most ", limits.max_ops),
                        {"max_ops", order.num_ops(), limits.max_ops});
    return std::nullopt;
  }
  std::optional<Placement> placement = PlacementOf(schedule, shape, order, violations);
  if (!placement) return std::nullopt;
  std::vector<std::string> errors =
      FindOrderErrors(*placement, shape.num_microbatches, order, cancelled);
  if (cancelled()) {
    violations.Cancel();
    return std::nullopt;
  }
  for (std::string& error : errors) violations.Add(field, std::move(error));
  if (!errors.empty()) return std::nullopt;
  return GivenOrder{std::move(order), *std::move(placement)};
}

}  // namespace pipesched
