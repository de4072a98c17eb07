#ifndef PIPESCHED_DAEMON_OBSERVE_ACCESS_LOG_H_
#define PIPESCHED_DAEMON_OBSERVE_ACCESS_LOG_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/call.h"
#include "daemon/observe/client_versions.h"
#include "daemon/observe/logger.h"
#include "daemon/observe/metrics.h"

namespace pipesched {

// Which calls get a line.
enum class AccessLog { kAll, kFailed, kOff };

// Counts and logs calls. One line a call that ends:
//
//   {"ts": ..., "level": "info", "msg": "call", "request_id": "...", "method":
//    "ComputeSchedule", "peer": "unix:uid=1000", "code": "OK", "duration_ms": 1.2,
//    "queue_ms": 0, "parts": 32768, "request_bytes": 20, "bytes": 300, "plan": "cached"}
//
// One that fails through our fault, or takes longer than `slow`, is a warning. So is
// the first call of a client whose version does not fit.
class CallLog final : public CallObserver {
 public:
  struct Options {
    AccessLog which = AccessLog::kAll;
    absl::Duration slow = absl::Seconds(1);
  };

  CallLog(const Options& options, Logger& logger, ServerMetrics& metrics)
      : options_(options), logger_(logger), metrics_(metrics) {}

  void OnStart(absl::string_view method, bool is_stream) override;
  void OnEnd(const CallRecord& record) override;
  void OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took) override;

 private:
  const Options options_;
  Logger& logger_;
  ServerMetrics& metrics_;
  ClientVersions client_versions_{logger_};
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OBSERVE_ACCESS_LOG_H_
