#include "daemon/call.h"

#include <grpcpp/server_context.h>

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

constexpr char kRequestIdKey[] = "x-request-id";
constexpr size_t kMaxRequestIdSize = 64;
constexpr size_t kTraceParentSize = 55;  // 00-TRACE(32)-SPAN(16)-FLAGS(2)

// The first value of a metadata key, or "".
absl::string_view Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

// Letters that are safe in a log and in a header.
bool IsSafe(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

std::string RequestId(absl::string_view given) {
  if (!given.empty() && given.size() <= kMaxRequestIdSize && IsSafe(given)) {
    return std::string(given);
  }
  thread_local absl::BitGen bits;
  return absl::StrFormat("%016x", absl::Uniform<uint64_t>(bits));
}

// As HTTP has it: directives separated by commas, of which others mean nothing here.
bool SkipsCache(absl::string_view cache_control) {
  for (const absl::string_view directive : absl::StrSplit(cache_control, ',')) {
    const absl::string_view name = absl::StripAsciiWhitespace(directive);
    if (absl::EqualsIgnoreCase(name, "no-cache") || absl::EqualsIgnoreCase(name, "no-store")) {
      return true;
    }
  }
  return false;
}

std::string TraceParent(absl::string_view given) {
  return given.size() == kTraceParentSize && IsSafe(given) ? std::string(given) : "";
}

}  // namespace

Call::Call(grpc::CallbackServerContext* context, absl::string_view method,
           std::shared_ptr<const Limits> limits, absl::Duration max_duration,
           const std::atomic<bool>& stopping)
    : limits_(std::move(limits)),
      max_duration_(max_duration),
      own_time_(absl::FromChrono(context->deadline()) - absl::Now()),
      skips_cache_(SkipsCache(Metadata(*context, "cache-control"))),
      stopping_(stopping) {
  record_.method = std::string(method);
  record_.request_id = RequestId(Metadata(*context, kRequestIdKey));
  record_.trace_parent = TraceParent(Metadata(*context, "traceparent"));
  record_.peer = context->peer();
  record_.user_agent = std::string(Metadata(*context, "user-agent"));
  record_.is_retry = !Metadata(*context, "grpc-previous-rpc-attempts").empty();
  context->AddInitialMetadata(kRequestIdKey, record_.request_id);
}

absl::Duration Call::TimeLeft() const {
  return std::min(own_time_, max_duration_) - stopwatch_.Elapsed();
}

absl::Status Call::WhyAbandoned() const {
  const absl::Duration elapsed = stopwatch_.Elapsed();
  if (elapsed >= own_time_) {
    return absl::DeadlineExceededError("the deadline passed while computing");
  }
  if (elapsed >= max_duration_) {
    return MakeError(absl::StatusCode::kDeadlineExceeded, kMaxRpcDurationExceeded,
                     absl::StrCat("the call took longer than ", absl::FormatDuration(max_duration_),
                                  ", the most that this server allows"),
                     {{"max_rpc_duration", absl::FormatDuration(max_duration_)}});
  }
  if (!cancelled_.load() && stopping_.load()) {
    return MakeError(absl::StatusCode::kUnavailable, kDraining,
                     "the server stopped before the answer was ready");
  }
  return absl::CancelledError("cancelled by the caller");
}

void Call::End() {
  record_.duration = stopwatch_.Elapsed();
  // Nobody hears of an answer that comes too late.
  if (record_.status.ok() && cancelled_.load()) record_.status = WhyAbandoned();
}

}  // namespace pipesched
