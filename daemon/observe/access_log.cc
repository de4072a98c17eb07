#include "daemon/observe/access_log.h"

#include <string>
#include <vector>

#include "daemon/errors.h"

namespace pipesched {
namespace {

absl::string_view NameOf(PlanOrigin origin) {
  switch (origin) {
    case PlanOrigin::kComputed: return "computed";
    case PlanOrigin::kShared: return "shared";
    case PlanOrigin::kCached: return "cached";
    case PlanOrigin::kNone: break;
  }
  return "";
}

std::vector<LogField> FieldsOf(const CallRecord& record, const std::string& reason) {
  std::vector<LogField> fields = {
      {"request_id", record.request_id},
      {"method", record.method},
      {"peer", record.peer},
      {"code", std::string(CodeLabel(record.status.code()))},
      {"duration_ms", absl::ToDoubleMilliseconds(record.duration)},
      {"queue_ms", absl::ToDoubleMilliseconds(record.queued)},
      {"parts", record.parts},
      {"ops", record.ops},
      {"request_bytes", record.request_bytes},
      {"bytes", record.response_bytes},
  };
  if (record.origin != PlanOrigin::kNone) {
    fields.push_back({"plan", std::string(NameOf(record.origin))});
  }
  if (!record.trace_parent.empty()) fields.push_back({"traceparent", record.trace_parent});
  if (!record.status.ok()) {
    fields.push_back({"reason", reason});
    fields.push_back({"error", std::string(record.status.message())});
  }
  return fields;
}

}  // namespace

void CallLog::OnStart(absl::string_view method, bool) { metrics_.OnStart(method); }

void CallLog::OnEnd(const CallRecord& record) {
  const std::string reason = ReasonOf(record.status);
  metrics_.OnEnd(record, reason);
  client_versions_.Note(record.user_agent);
  const bool is_slow = record.duration > options_.slow;
  const bool is_defect = absl::IsInternal(record.status) || absl::IsUnknown(record.status);
  const bool is_notable = is_slow || !record.status.ok();
  if (options_.which == AccessLog::kOff && !is_defect) return;
  if (options_.which == AccessLog::kFailed && !is_notable) return;
  const LogLevel level = is_defect ? LogLevel::kError
                         : is_slow ? LogLevel::kWarning
                                   : LogLevel::kInfo;
  if (!logger_.IsOn(level)) return;
  logger_.Log(level, is_slow ? "slow call" : "call", FieldsOf(record, reason));
}

void CallLog::OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took) {
  metrics_.OnPlanComputed(parts, ops, took);
}

}  // namespace pipesched
