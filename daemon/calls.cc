#include "daemon/calls.h"

#include <grpcpp/server_context.h>

#include <algorithm>

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
    const std::lock_guard<std::mutex> lock(mutex_);
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
  const std::lock_guard<std::mutex> lock(mutex_);
  if (code == absl::StatusCode::kCancelled || code == absl::StatusCode::kDeadlineExceeded) {
    ++abandoned_;
  }
  if (--calls_ == 0) changed_.notify_all();
}

std::shared_ptr<const Limits> Calls::limits() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return limits_;
}

void Calls::SetLimits(const Limits& limits) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limits_ = std::make_shared<const Limits>(limits);
}

void Calls::Drain() {
  const std::lock_guard<std::mutex> lock(mutex_);
  draining_ = true;
}

bool Calls::WaitUntilIdle(absl::Duration timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(24))),
                           [this] { return calls_ == 0; });
}

int Calls::in_progress() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

int64_t Calls::abandoned() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return abandoned_;
}

}  // namespace pipesched
