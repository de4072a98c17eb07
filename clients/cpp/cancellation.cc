#include "pipesched/client/cancellation.h"

#include <grpcpp/client_context.h>

#include <algorithm>

namespace pipesched::client {

void Cancellation::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : contexts_) context->TryCancel();
}

bool Cancellation::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

void Cancellation::WaitFor(absl::Duration time) const {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), time);
}

void Cancellation::Add(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  contexts_.push_back(context);
  // A context that is cancelled before its call starts ends the call at once.
  if (cancelled_) context->TryCancel();
}

void Cancellation::Remove(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  contexts_.erase(std::remove(contexts_.begin(), contexts_.end(), context), contexts_.end());
}

}  // namespace pipesched::client
