#include "tests/support/kinds.h"

namespace pipesched {

std::vector<const ScheduleKind*> KindsWithOrders() {
  std::vector<const ScheduleKind*> kinds;
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order != nullptr) kinds.push_back(&kind);
  }
  return kinds;
}

Order MakeOrder(absl::string_view kind, const Pipeline& pipeline, const ScheduleParams& params) {
  return *FindScheduleKind(kind)->make_order(pipeline, params, NeverCancelled);
}

}  // namespace pipesched
