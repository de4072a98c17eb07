#include "daemon/stream_deadline.h"

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace pipesched {
namespace {

constexpr std::chrono::seconds kBreakGrace{1};

// What the alarms may touch: they can be on their way when the stream has ended.
struct Stream {
  absl::Mutex mutex;
  grpc::CallbackServerContext* context ABSL_GUARDED_BY(mutex) = nullptr;  // null: has ended
};

}  // namespace

struct StreamDeadline::Alarms {
  std::shared_ptr<Stream> stream = std::make_shared<Stream>();
  grpc::Alarm cancel;
  grpc::Alarm break_off;
};

StreamDeadline::StreamDeadline(grpc::CallbackServerContext* context, const Call& call,
                               std::function<void(const std::string& peer)> break_connection)
    : alarms_(std::make_unique<Alarms>()) {
  const std::shared_ptr<Stream> stream = alarms_->stream;
  {
    const absl::MutexLock lock(&stream->mutex);
    stream->context = context;
  }
  const absl::Duration time_left = call.TimeLeft();
  if (time_left >= absl::Hours(24)) return;
  const auto deadline = absl::ToChronoTime(absl::Now() + time_left);
  alarms_->cancel.Set(deadline, [stream](bool expired) {
    const absl::MutexLock lock(&stream->mutex);
    if (expired && stream->context != nullptr) stream->context->TryCancel();
  });
  if (break_connection == nullptr) return;
  alarms_->break_off.Set(deadline + kBreakGrace,
                         [stream, peer = context->peer(),
                          break_connection = std::move(break_connection)](bool expired) {
                           const absl::MutexLock lock(&stream->mutex);
                           if (expired && stream->context != nullptr) break_connection(peer);
                         });
}

StreamDeadline::~StreamDeadline() {
  {
    const absl::MutexLock lock(&alarms_->stream->mutex);
    alarms_->stream->context = nullptr;
  }
  alarms_->cancel.Cancel();
  alarms_->break_off.Cancel();
}

}  // namespace pipesched
