#ifndef PIPESCHED_ENGINE_MODEL_CANCEL_H_
#define PIPESCHED_ENGINE_MODEL_CANCEL_H_

#include "absl/functional/function_ref.h"

namespace pipesched {

// Asked from time to time by functions that can run long; true makes them stop
// and return CANCELLED. Must be quick and safe to call from the calling thread.
using Cancelled = absl::FunctionRef<bool()>;

// For callers that never cancel.
inline bool NeverCancelled() { return false; }

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_CANCEL_H_
