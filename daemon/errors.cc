#include "daemon/errors.h"

#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

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
absl::string_view ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled: return kCancelled;
    case absl::StatusCode::kDeadlineExceeded: return kDeadlineExceeded;
    case absl::StatusCode::kInvalidArgument: return kInvalidRequest;
    case absl::StatusCode::kResourceExhausted: return kOverloaded;
    case absl::StatusCode::kUnavailable: return kDraining;
    default: return kInternal;
  }
}

// Longest prefix of at most `size` bytes that cuts no UTF-8 character.
absl::string_view Shorten(absl::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

void Violations::Add(Violation violation) {
  ++count_;
  only_limits_ = only_limits_ && violation.limit;
  if (violations_.size() < kMaxViolations) violations_.push_back(std::move(violation));
}

void Violations::Add(std::string field, std::string description) {
  Add(Violation{std::move(field), std::move(description), /*limit=*/false});
}

void Violations::AddLimit(std::string field, std::string description) {
  Add(Violation{std::move(field), std::move(description), /*limit=*/true});
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
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
  absl::Status status = absl::InvalidArgumentError(message);
  Attach(MakeErrorInfo(only_limits_ ? kLimitExceeded : kInvalidRequest,
                       {{"violations", absl::StrCat(count_)}}),
         status);
  Attach(bad_request, status);
  return status;
}

absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const std::map<std::string, std::string>& metadata) {
  absl::Status status(code, message);
  Attach(MakeErrorInfo(reason, metadata), status);
  return status;
}

absl::Status TooLarge(absl::string_view what, int64_t bytes, const Limits& limits,
                      absl::string_view advice) {
  return MakeError(absl::StatusCode::kInvalidArgument, kLimitExceeded,
                   absl::StrCat(what, " has ", bytes, " bytes or more, want at most ",
                                limits.max_message_bytes, ": ", advice),
                   {{"limit", "max_message_bytes"},
                    {"value", absl::StrCat(bytes)},
                    {"max", absl::StrCat(limits.max_message_bytes)}});
}

absl::Status Overloaded(absl::string_view message, absl::Duration delay) {
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, kOverloaded, message);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  Attach(retry, status);
  return status;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const bool masked =
      status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown;
  google::rpc::Status details;
  details.set_code(masked ? static_cast<int>(grpc::StatusCode::INTERNAL)
                          : static_cast<int>(status.code()));
  details.set_message(masked ? "internal error"
                             : std::string(Shorten(status.message(), 2 * kMaxMessageBytes)));
  bool has_reason = false;
  if (!masked) {
    status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
      auto& any = *details.add_details();
      any.set_type_url(std::string(type_url));
      any.set_value(std::string(payload));
      has_reason |= any.Is<google::rpc::ErrorInfo>();
    });
  }
  if (!has_reason) {
    details.add_details()->PackFrom(
        MakeErrorInfo(masked ? kInternal : ReasonOf(status.code()), {}));
  }
  return grpc::Status(static_cast<grpc::StatusCode>(details.code()), details.message(),
                      details.SerializeAsString());
}

}  // namespace pipesched
