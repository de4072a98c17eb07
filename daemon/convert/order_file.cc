#include "daemon/convert/order_file.h"

#include <cstddef>

#include "daemon/errors.h"
#include "engine/model/order_text.h"

namespace pipesched {

absl::Status OrderTextTooLarge(int64_t bytes, const Limits& limits) {
  return TooLarge("order text", bytes, limits, "use StreamSchedule");
}

absl::StatusOr<std::string> OrderTextOf(const Plan& plan, const Limits& limits,
                                        Cancelled cancelled) {
  const auto most = static_cast<size_t>(limits.max_message_bytes);
  std::string text;
  const bool whole = WriteOrder(plan.order, [&](absl::string_view part) {
    text.append(part.data(), part.size());
    return text.size() <= most && !cancelled();
  });
  if (text.size() > most) return OrderTextTooLarge(static_cast<int64_t>(text.size()), limits);
  if (!whole) return absl::CancelledError("cancelled while writing the order");
  return text;
}

}  // namespace pipesched
