#include "daemon/unknown_methods.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/call.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

// Metrics count all of them under this name: callers choose theirs.
constexpr char kAnyMethod[] = "other";

class Refusal : public grpc::ServerGenericBidiReactor {
 public:
  Refusal(Calls& calls, grpc::GenericCallbackServerContext* context)
      : calls_(calls), call_(calls.Make(context, kAnyMethod)) {
    absl::Status status = calls_.Begin(*context, call_);
    if (status.ok()) {
      status =
          MakeError(absl::StatusCode::kUnimplemented, kUnknownMethod,
                    absl::StrCat("no method ", context->method()), {{"method", context->method()}});
    }
    call_.record().status = status;
    Finish(ToGrpcStatus(status, call_.record().request_id));
  }

  void OnCancel() override { call_.Cancel(); }

  void OnDone() override {
    calls_.End(call_);
    delete this;
  }

 private:
  Calls& calls_;
  Call call_;
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Refusal(calls_, context);
}

}  // namespace pipesched
