#include "clients/cpp/retry.h"

#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace pipesched::client {
namespace {

constexpr int kMaxAttempts = 5;
constexpr double kJitter = 0.2;  // A wait is longer than told by up to this share.

// How long to wait before the next attempt; infinite: there is to be none.
absl::Duration Pushback(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto told = trailers.find("grpc-retry-pushback-ms");
  int64_t milliseconds = 0;
  if (told == trailers.end() ||
      !absl::SimpleAtoi(absl::string_view(told->second.data(), told->second.size()),
                        &milliseconds) ||
      milliseconds < 0) {
    return absl::InfiniteDuration();
  }
  absl::BitGen random;
  return absl::Milliseconds(milliseconds) * absl::Uniform(random, 1.0, 1.0 + kJitter);
}

}  // namespace

bool Attempts::WaitForNext(const grpc::ClientContext& context, const grpc::Status& status) {
  ++made_;
  if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED || made_ == kMaxAttempts) {
    return false;
  }
  const absl::Duration wait = Pushback(context);
  if (absl::Now() + wait >= deadline_) return false;
  if (cancellation_ != nullptr) {
    cancellation_->WaitFor(wait);
  } else {
    absl::SleepFor(wait);
  }
  return true;
}

}  // namespace pipesched::client
