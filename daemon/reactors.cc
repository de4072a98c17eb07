#include "daemon/reactors.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/errors.h"

namespace pipesched {

void AddPushback(const absl::Status& status, grpc::CallbackServerContext& context) {
  const std::optional<absl::Duration> delay = RetryDelayOf(status);
  if (!delay) return;
  context.AddTrailingMetadata("grpc-retry-pushback-ms",
                              absl::StrCat(absl::ToInt64Milliseconds(*delay)));
}

UnaryReactor::UnaryReactor(Calls& calls, grpc::CallbackServerContext* context,
                           absl::string_view method, const google::protobuf::Message* response)
    : calls_(calls),
      context_(context),
      response_(response),
      call_(calls.Make(context, method)),
      allowed_(calls.Begin(*context, call_)) {}

bool UnaryReactor::IsAllowed() {
  if (allowed_.ok()) return true;
  FinishWith(allowed_);
  return false;
}

void UnaryReactor::FinishWith(const absl::Status& status) {
  CallRecord& record = call_.record();
  record.status = status;
  if (status.ok()) {
    record.messages_sent = 1;
    record.response_bytes = static_cast<int64_t>(response_->ByteSizeLong());
  }
  AddPushback(status, *context_);
  Finish(ToGrpcStatus(status, record.request_id));
}

void UnaryReactor::OnDone() {
  calls_.End(call_);
  delete this;
}

}  // namespace pipesched
