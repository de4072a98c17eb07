#ifndef PIPESCHED_CLIENT_CANCELLATION_H_
#define PIPESCHED_CLIENT_CANCELLATION_H_

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace grpc {
class ClientContext;
}

namespace pipesched::client {

// Ends calls from another thread:
//
//   Cancellation cancellation;
//   std::thread thread([&] { client.ComputeSchedule(request, {.cancellation = &cancellation}); });
//   cancellation.Cancel();  // the call returns CANCELLED
//
// Must outlive the calls that it is given to. All methods may be called from any
// thread, but not from a signal handler: they take a lock.
class Cancellation {
 public:
  // Ends the running calls, and each later one as soon as it starts.
  void Cancel();

  bool cancelled() const;

  // Waits until the calls are cancelled, or `time` has passed.
  void WaitFor(absl::Duration time) const;

  // For Client: the calls that run.
  void Add(grpc::ClientContext* context);
  void Remove(grpc::ClientContext* context);

 private:
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<grpc::ClientContext*> contexts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace pipesched::client

#endif  // PIPESCHED_CLIENT_CANCELLATION_H_
