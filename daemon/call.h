#ifndef PIPESCHED_DAEMON_CALL_H_
#define PIPESCHED_DAEMON_CALL_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/stopwatch.h"
#include "daemon/limits.h"
#include "daemon/plan_source.h"

namespace grpc {
class CallbackServerContext;
}

namespace pipesched {

// What is told about a call when it ends.
struct CallRecord {
  std::string method;      // "ComputeSchedule"; "other" for one that there is not
  bool is_stream = false;  // the server's answers are
  std::string request_id;
  std::string trace_parent;  // the caller's traceparent (W3C), or ""
  std::string peer;
  std::string user_agent;
  absl::Status status;  // what the caller is told, or would be if it waited
  absl::Duration duration;
  absl::Duration queued;  // of that, waiting for a worker
  int64_t parts = 0;      // (stage, microbatch) asked about
  int64_t ops = 0;        // of the plans that it was answered from
  int64_t request_bytes = 0;
  int64_t response_bytes = 0;
  int64_t messages_sent = 0;
  int64_t pixels = 0;  // of the picture that was drawn
  PlanOrigin origin = PlanOrigin::kNone;
  bool is_retry = false;  // the caller's gRPC tried before, here or at another daemon
};

// Hears of calls; any thread.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void OnStart(absl::string_view method, bool is_stream) = 0;
  virtual void OnEnd(const CallRecord& record) = 0;

  // A whole plan was computed, for one call or several.
  virtual void OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took) = 0;
};

// A call as its work sees it: whether somebody still waits for it. Kept by the
// call's reactor, which hears of a cancelled call from gRPC; asking the context
// from another thread is not safe before the handler has returned.
class Call {
 public:
  // Takes the caller's x-request-id, or makes one, and sends it back with the answer.
  Call(grpc::CallbackServerContext* context, absl::string_view method,
       std::shared_ptr<const Limits> limits, absl::Duration max_duration,
       const std::atomic<bool>& stopping);

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  bool Abandoned() const {
    return cancelled_.load(std::memory_order_relaxed) ||
           stopping_.load(std::memory_order_relaxed) || Expired();
  }

  absl::Duration TimeLeft() const;

  // The caller asked for a computation of its own (cache-control: no-cache).
  bool skips_cache() const { return skips_cache_; }

  // Why the work of an abandoned call stopped.
  absl::Status WhyAbandoned() const;

  const Limits& limits() const { return *limits_; }

  // Filled by the thread that has the call in hand.
  CallRecord& record() { return record_; }
  const CallRecord& record() const { return record_; }

  // Sets what is known only at the end.
  void End();

 private:
  bool Expired() const { return stopwatch_.Elapsed() >= std::min(own_time_, max_duration_); }

  const std::shared_ptr<const Limits> limits_;
  const Stopwatch stopwatch_;
  const absl::Duration max_duration_;
  const absl::Duration own_time_;  // that the caller gives
  const bool skips_cache_;
  const std::atomic<bool>& stopping_;
  std::atomic<bool> cancelled_ = false;
  CallRecord record_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CALL_H_
