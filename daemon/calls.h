#ifndef PIPESCHED_DAEMON_CALLS_H_
#define PIPESCHED_DAEMON_CALLS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/call.h"
#include "daemon/limits.h"
#include "daemon/service.h"

namespace pipesched {

// The calls in progress of a service: whether one may begin, and how many there are.
class Calls {
 public:
  explicit Calls(const ServiceOptions& options)
      : options_(options), limits_(std::make_shared<const Limits>(options.limits)) {}

  Call Make(grpc::CallbackServerContext* context, absl::string_view method);

  // Each call begins once and ends once. The status says whether it may go on.
  absl::Status Begin(const grpc::CallbackServerContext& context, Call& call);
  void End(Call& call);

  // See ScheduleService.
  void SetLimits(const Limits& limits);
  void Drain();
  void CancelAll() { stopping_.store(true); }
  bool WaitUntilIdle(absl::Duration timeout);
  int in_progress() const;
  int64_t abandoned() const;

  const ServiceOptions& options() const { return options_; }
  std::shared_ptr<const Limits> limits() const;

 private:
  const ServiceOptions options_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // guards the rest; not Abseil's, whose waits follow the clock
  std::condition_variable changed_;
  std::shared_ptr<const Limits> limits_;
  bool draining_ = false;
  int calls_ = 0;  // in progress
  int64_t abandoned_ = 0;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CALLS_H_
