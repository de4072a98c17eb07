#ifndef PIPESCHED_ENGINE_MODEL_CANCEL_H_
#define PIPESCHED_ENGINE_MODEL_CANCEL_H_

#include <exception>
#include <utility>

#include "absl/functional/function_ref.h"

namespace pipesched {

// Asked from time to time by functions that can run long; true makes them stop
// and return CANCELLED. Must be quick and safe to call from the calling thread.
using Cancelled = absl::FunctionRef<bool()>;

// For callers that never cancel.
inline bool NeverCancelled() { return false; }

// Thrown where a column is made while a CancelAllocation is in force; never out of
// the function that has it.
struct AllocationCancelled : std::exception {
  const char* what() const noexcept override { return "cancelled while allocating"; }
};

// While it lives, columns that this thread makes ask `cancelled`, too: to have the
// kernel clear 500 MB of pages takes longer than all other work between two questions.
class CancelAllocation {
 public:
  explicit CancelAllocation(Cancelled cancelled)
      : cancelled_(cancelled), outer_(std::exchange(current_, this)) {}
  ~CancelAllocation() { current_ = outer_; }
  CancelAllocation(const CancelAllocation&) = delete;
  CancelAllocation& operator=(const CancelAllocation&) = delete;

  static bool IsInForce() { return current_ != nullptr; }
  static bool IsCancelled() { return current_ != nullptr && current_->cancelled_(); }

 private:
  inline static thread_local const CancelAllocation* current_ = nullptr;

  const Cancelled cancelled_;
  const CancelAllocation* const outer_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_CANCEL_H_
