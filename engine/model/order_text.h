#ifndef PIPESCHED_ENGINE_MODEL_ORDER_TEXT_H_
#define PIPESCHED_ENGINE_MODEL_ORDER_TEXT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/model/cancel.h"
#include "engine/model/op.h"
#include "engine/model/order.h"

namespace pipesched {

// Text form of an order: one line a rank, ops separated by one space, an op is
// [stage][F|B|I|W][microbatch], a fused pair (0F7;7B3):
//
//   0F0 0F1 0B0 0B1
//   1F0 1B0 1F1 1B1
//
// ParseOrder(FormatOrder(x)) == x for every order, idle ranks included.
std::string FormatOrder(const Order& order);

// The same text as consecutive parts of about 16 KiB, until `sink` returns false.
// Returns whether all of it was taken.
bool WriteOrder(const Order& order, absl::FunctionRef<bool(absl::string_view part)> sink);

// "0F7".
std::string FormatOp(Op op);

// Reads the text form, strictly: every op must match whole, and each line ends in a
// line feed, which the last one may lack. Does not ask whether the order can run.
//
// Returns INVALID_ARGUMENT, naming line, column and the text found, if the text
// is not of this form, and CANCELLED if `cancelled` said so.
absl::StatusOr<Order> ParseOrder(absl::string_view text, Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_ORDER_TEXT_H_
