#include "daemon/reasons.h"

#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

using Code = absl::StatusCode;

constexpr ReasonInfo kReasons[] = {
    {kInvalidRequest, Code::kInvalidArgument,
     "Fields of the request are wrong; google.rpc.BadRequest lists all of them.", "violations",
     false},
    {kLimitExceeded, Code::kInvalidArgument,
     "The request or its result is larger than the server allows, and nothing else is wrong.",
     "limit, value, max", false},
    {kNoOrderFits, Code::kInvalidArgument,
     "No order of the pipeline keeps to its memory limits, and nothing else is wrong; "
     "google.rpc.BadRequest names each limit and the smallest that is enough.",
     "rank, limit_bytes, needed_bytes", false},
    {kOrderDeadlocks, Code::kFailedPrecondition,
     "The ranks of a custom order wait for each other; the message says who waits for whom.", "",
     false},
    {kOverloaded, Code::kResourceExhausted,
     "The server has too much to do; google.rpc.RetryInfo and grpc-retry-pushback-ms say when to "
     "try again. Its cause is QUEUE (full), WAIT (too long), DEADLINE (too near), MEMORY or CALLS "
     "(too many); its scope is CALL where another deadline would help, SERVER where only waiting "
     "does.",
     "cause, scope", true},
    {kDraining, Code::kUnavailable, "The server is stopping; another one may answer.", "", true},
    {kCancelled, Code::kCancelled, "The caller cancelled the call, and the work stopped.", "",
     false},
    {kDeadlineExceeded, Code::kDeadlineExceeded, "The caller's deadline passed while computing.",
     "", false},
    {kMaxRpcDurationExceeded, Code::kDeadlineExceeded,
     "The call took longer than the server allows any call (--max-rpc-duration).",
     "max_rpc_duration", false},
    {kUnauthenticated, Code::kUnauthenticated,
     "The call has no bearer token that the server knows (--token-file).", "", false},
    {kPeerNotAllowed, Code::kPermissionDenied,
     "The client's certificate has no name that the server allows (--allow-san), or was revoked "
     "(--tls-crl-dir).",
     "", false},
    {kUnknownMethod, Code::kUnimplemented, "The server has no such method.", "method", false},
    {kInternal, Code::kInternal, "A defect of the server; its log has the rest.", "request_id",
     false},
};

}  // namespace

absl::Span<const ReasonInfo> AllReasons() { return kReasons; }

const ReasonInfo* FindReason(absl::string_view reason) {
  for (const ReasonInfo& info : kReasons) {
    if (info.reason == reason) return &info;
  }
  return nullptr;
}

std::string FormatReasons() {
  std::string result = "| reason | code | meaning | metadata | retry |\n|---|---|---|---|---|\n";
  for (const ReasonInfo& info : kReasons) {
    absl::StrAppend(&result, "| `", info.reason, "` | ", absl::StatusCodeToString(info.code), " | ",
                    info.meaning, " | ", info.metadata, " | ", info.retry ? "yes" : "no", " |\n");
  }
  return result;
}

}  // namespace pipesched
