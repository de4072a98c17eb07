#ifndef PIPESCHED_DAEMON_REACTORS_H_
#define PIPESCHED_DAEMON_REACTORS_H_

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "daemon/call.h"
#include "daemon/calls.h"
#include "daemon/errors.h"
#include "daemon/stream_deadline.h"

namespace pipesched {

// Tells the caller of an overload when to try again, in the way that gRPC's own
// retries understand.
void AddPushback(const absl::Status& status, grpc::CallbackServerContext& context);

// Answers one unary call. Deletes itself when the call is over.
class UnaryReactor : public grpc::ServerUnaryReactor {
 public:
  UnaryReactor(Calls& calls, grpc::CallbackServerContext* context, absl::string_view method,
               const google::protobuf::Message* response);

  // Whether the call may go on; if not, it has been answered.
  bool IsAllowed();

  // Once.
  void FinishWith(const absl::Status& status);

  void OnCancel() override { call_.Cancel(); }
  void OnDone() override;

  Call& call() { return call_; }

 private:
  Calls& calls_;
  grpc::CallbackServerContext* const context_;
  const google::protobuf::Message* const response_;
  Call call_;
  const absl::Status allowed_;
};

// Writes the messages of one call with a stream of answers. Deletes itself when the
// call is over.
template <typename Response>
class StreamReactor : public grpc::ServerWriteReactor<Response> {
 public:
  StreamReactor(Calls& calls, grpc::CallbackServerContext* context, absl::string_view method)
      : calls_(calls),
        context_(context),
        call_(calls.Make(context, method)),
        deadline_(context, call_, calls.options().break_connection) {
    call_.record().is_stream = true;
    allowed_ = calls_.Begin(*context_, call_);
  }

  // Whether the call may go on; if not, it has been answered.
  bool IsAllowed() {
    if (allowed_.ok()) return true;
    FinishWith(allowed_);
    return false;
  }

  // Called whenever all that was sent has been taken, or never will be, until
  // FinishWith. Set before the first Send.
  void set_on_taken(std::function<void()> on_taken) { on_taken_ = std::move(on_taken); }

  // Sends `message` after those before it. What the peer has not taken yet is kept.
  void Send(Response message) {
    {
      absl::MutexLock lock(&mutex_);
      if (is_broken_) return;
      waiting_.push_back(std::move(message));
      if (is_writing_) return;
      TakeNext();
    }
    this->StartWrite(&message_);
  }

  // Once, after the last Send.
  void FinishWith(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      is_finished_ = true;
      status_ = status;
      if (is_writing_) return;
    }
    Close();
  }

  void OnWriteDone(bool ok) override {
    bool is_finished = false;
    bool has_next = false;
    if (!ok) call_.Cancel();
    {
      absl::MutexLock lock(&mutex_);
      is_broken_ = !ok;
      if (is_broken_) waiting_.clear();
      is_writing_ = false;
      has_next = !waiting_.empty();
      if (has_next) TakeNext();
      is_finished = is_finished_;
    }
    if (has_next) {
      this->StartWrite(&message_);
    } else if (is_finished) {
      Close();
    } else if (on_taken_ != nullptr) {
      on_taken_();
    }
  }

  void OnCancel() override { call_.Cancel(); }

  void OnDone() override {
    calls_.End(call_);
    delete this;
  }

  Call& call() { return call_; }

 private:
  void TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    message_ = std::move(waiting_.front());
    waiting_.pop_front();
    is_writing_ = true;
    ++call_.record().messages_sent;
    call_.record().response_bytes += static_cast<int64_t>(message_.ByteSizeLong());
  }

  // Nothing else uses the call now.
  void Close() {
    const absl::Status status = is_broken_ && status_.ok() ? call_.WhyAbandoned() : status_;
    call_.record().status = status;
    AddPushback(status, *context_);
    this->Finish(ToGrpcStatus(status, call_.record().request_id));
  }

  Calls& calls_;
  grpc::CallbackServerContext* const context_;
  Call call_;
  const StreamDeadline deadline_;
  absl::Status allowed_;
  std::function<void()> on_taken_;
  absl::Mutex mutex_;
  std::deque<Response> waiting_ ABSL_GUARDED_BY(mutex_);
  Response message_;  // being written
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
  // Written under the mutex, read by the last to use the call, too.
  bool is_broken_ = false;
  absl::Status status_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_REACTORS_H_
