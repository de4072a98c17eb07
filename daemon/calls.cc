#include "daemon/calls.h"

#include <grpcpp/server_context.h>

#include "absl/strings/str_cat.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

// Calls in progress, most of them waiting for the same plan. Each takes some KiB.
constexpr int kMaxCalls = 1 << 15;
constexpr absl::Duration kCallsRetryDelay = absl::Seconds(1);

}  // namespace

Call Calls::Make(grpc::CallbackServerContext* context, absl::string_view method) {
  return Call(context, method, limits(), options_.max_rpc_duration, stopping_);
}

absl::Status Calls::Begin(const grpc::CallbackServerContext& context, Call& call) {
  CallRecord& record = call.record();
  if (options_.describe_peer != nullptr) record.peer = options_.describe_peer(record.peer);
  if (options_.observer != nullptr) options_.observer->OnStart(record.method, record.is_stream);
  {
    absl::MutexLock lock(&mutex_);
    ++calls_;
    if (draining_) {
      return MakeError(absl::StatusCode::kUnavailable, kDraining, "the server is stopping");
    }
    if (calls_ > kMaxCalls) {
      return Overloaded("CALLS", absl::StrCat(kMaxCalls, " calls are in progress"),
                        kCallsRetryDelay);
    }
  }
  return options_.authorize != nullptr ? options_.authorize(context) : absl::OkStatus();
}

void Calls::End(Call& call) {
  call.End();
  if (options_.observer != nullptr) options_.observer->OnEnd(call.record());
  const absl::StatusCode code = call.record().status.code();
  absl::MutexLock lock(&mutex_);
  if (code == absl::StatusCode::kCancelled || code == absl::StatusCode::kDeadlineExceeded) {
    ++abandoned_;
  }
  --calls_;
}

std::shared_ptr<const Limits> Calls::limits() const {
  absl::MutexLock lock(&mutex_);
  return limits_;
}

void Calls::SetLimits(const Limits& limits) {
  absl::MutexLock lock(&mutex_);
  limits_ = std::make_shared<const Limits>(limits);
}

void Calls::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

bool Calls::WaitUntilIdle(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(
                                     +[](int* calls) { return *calls == 0; }, &calls_),
                                 timeout);
}

int Calls::in_progress() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

int64_t Calls::abandoned() const {
  absl::MutexLock lock(&mutex_);
  return abandoned_;
}

}  // namespace pipesched
