#include "daemon/errors.h"

#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace pipesched {
namespace {

constexpr absl::string_view kTypePrefix = "type.googleapis.com/";
constexpr absl::string_view kDomain = "pipesched";

// gRPC drops a trailer of more than 8 KiB; the message travels beside it.
constexpr size_t kMaxDetailBytes = 4096;
constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxViolations = 1000;

template <typename Detail>
void Attach(const Detail& detail, absl::Status& status) {
  status.SetPayload(absl::StrCat(kTypePrefix, Detail::descriptor()->full_name()),
                    absl::Cord(detail.SerializeAsString()));
}

google::rpc::ErrorInfo MakeErrorInfo(absl::string_view reason,
                                     const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  return info;
}

// The reason of a status that its maker gave none.
absl::string_view DefaultReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnauthenticated: return kUnauthenticated;
    case absl::StatusCode::kPermissionDenied: return kPeerNotAllowed;
    case absl::StatusCode::kUnimplemented: return kUnknownMethod;
    case absl::StatusCode::kCancelled: return kCancelled;
    case absl::StatusCode::kDeadlineExceeded: return kDeadlineExceeded;
    case absl::StatusCode::kInvalidArgument: return kInvalidRequest;
    case absl::StatusCode::kResourceExhausted: return kOverloaded;
    case absl::StatusCode::kUnavailable: return kDraining;
    default: return kInternal;
  }
}

// The detail of its type that a status carries.
template <typename Detail>
std::optional<Detail> Extract(const absl::Status& status) {
  const absl::optional<absl::Cord> payload =
      status.GetPayload(absl::StrCat(kTypePrefix, Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

bool IsMasked(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown;
}

// Longest prefix of at most `size` bytes that cuts no UTF-8 character.
absl::string_view Shorten(absl::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

void Violations::Add(std::string field, std::string description) {
  ++count_;
  if (violations_.size() < kMaxViolations) {
    violations_.push_back({std::move(field), std::move(description)});
  }
}

void Violations::AddLimit(std::string field, std::string description, const LimitExcess& excess) {
  if (limit_count_++ == 0) first_excess_ = excess;
  Add(std::move(field), std::move(description));
}

void Violations::AddMemory(std::string field, std::string description, const MemoryExcess& excess) {
  if (memory_count_++ == 0) first_memory_excess_ = excess;
  Add(std::move(field), std::move(description));
}

absl::Status Violations::ErrorWith(absl::string_view message) const {
  if (limit_count_ == count_) return LimitError(message, first_excess_);
  if (memory_count_ == count_) {
    return MakeError(absl::StatusCode::kInvalidArgument, kNoOrderFits, message,
                     {{"rank", absl::StrCat(first_memory_excess_.rank)},
                      {"limit_bytes", absl::StrCat(first_memory_excess_.limit_bytes)},
                      {"needed_bytes", absl::StrCat(first_memory_excess_.needed_bytes)}});
  }
  return MakeError(absl::StatusCode::kInvalidArgument, kInvalidRequest, message,
                   {{"violations", absl::StrCat(count_)}});
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
  if (is_cancelled_) return absl::CancelledError("cancelled while reading the request");
  google::rpc::BadRequest bad_request;
  std::string message;
  int64_t told = 0;
  for (const Violation& violation : violations_) {
    const std::string text = absl::StrCat(violation.field, " = ", violation.description);
    if (told > 0 && bad_request.ByteSizeLong() + text.size() > kMaxDetailBytes) break;
    auto& detail = *bad_request.add_field_violations();
    detail.set_field(violation.field);
    detail.set_description(violation.description);
    if (message.size() < kMaxMessageBytes) absl::StrAppend(&message, told > 0 ? "; " : "", text);
    ++told;
  }
  if (told < count_) absl::StrAppend(&message, "; ", count_, " violations in all");
  absl::Status status = ErrorWith(message);
  Attach(bad_request, status);
  return status;
}

absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const std::map<std::string, std::string>& metadata) {
  absl::Status status(code, message);
  Attach(MakeErrorInfo(reason, metadata), status);
  return status;
}

absl::Status LimitError(absl::string_view message, const LimitExcess& excess) {
  return MakeError(absl::StatusCode::kInvalidArgument, kLimitExceeded, message,
                   {{"limit", std::string(excess.limit)},
                    {"value", absl::StrCat(excess.value)},
                    {"max", absl::StrCat(excess.max)}});
}

absl::Status TooLarge(absl::string_view what, int64_t bytes, const Limits& limits,
                      absl::string_view advice) {
  return LimitError(absl::StrCat(what, " has ", bytes, " bytes or more, want at most ",
                                 limits.max_message_bytes, ": ", advice),
                    {"max_message_bytes", bytes, limits.max_message_bytes});
}

absl::Status OutOfMemory(absl::string_view message) {
  constexpr absl::Duration kRetryDelay = absl::Seconds(1);
  return Overloaded("MEMORY", message, kRetryDelay);
}

absl::Status Overloaded(absl::string_view cause, absl::string_view message, absl::Duration delay) {
  const char* const scope = cause == "DEADLINE" ? "CALL" : "SERVER";
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, kOverloaded, message,
                                  {{"cause", std::string(cause)}, {"scope", scope}});
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  Attach(retry, status);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "";
  if (IsMasked(status)) return std::string(kInternal);
  const auto info = Extract<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : std::string(DefaultReason(status.code()));
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto retry = Extract<google::rpc::RetryInfo>(status);
  if (!retry) return std::nullopt;
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

namespace {

grpc::Status Masked(absl::string_view request_id) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(grpc::StatusCode::INTERNAL));
  details.set_message("internal error");
  std::map<std::string, std::string> metadata;
  if (!request_id.empty()) metadata["request_id"] = std::string(request_id);
  details.add_details()->PackFrom(MakeErrorInfo(kInternal, metadata));
  return grpc::Status(grpc::StatusCode::INTERNAL, details.message(), details.SerializeAsString());
}

grpc::Status WithDetails(const absl::Status& status) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(Shorten(status.message(), 2 * kMaxMessageBytes)));
  auto& info = *details.add_details();
  info.PackFrom(MakeErrorInfo(DefaultReason(status.code()), {}));
  const std::string info_type = info.type_url();
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    auto& any = type_url == info_type ? info : *details.add_details();
    any.set_type_url(std::string(type_url));
    any.set_value(std::string(payload));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(details.code()), details.message(),
                      details.SerializeAsString());
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id) noexcept {
  if (status.ok()) return grpc::Status::OK;
  try {
    return IsMasked(status) ? Masked(request_id) : WithDetails(status);
  } catch (...) {
    return grpc::Status(static_cast<grpc::StatusCode>(status.code()), "");
  }
}

}  // namespace pipesched
