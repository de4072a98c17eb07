#include "daemon/admission.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

constexpr double kWeightOfNewest = 0.25;  // in the average of what a part takes

constexpr absl::Duration kLeastRetryDelay = absl::Milliseconds(50);
constexpr absl::Duration kMostRetryDelay = absl::Seconds(5);

absl::Status Refuse(absl::string_view cause, absl::string_view message, absl::Duration wait) {
  return Overloaded(cause, message, std::clamp(wait, kLeastRetryDelay, kMostRetryDelay));
}

}  // namespace

absl::Duration Admission::Expected(const Job& job) const {
  const auto rate = seconds_a_part_.find(job.kind);
  if (rate == seconds_a_part_.end()) return absl::ZeroDuration();
  return absl::Seconds(rate->second * static_cast<double>(job.parts));
}

absl::StatusOr<Admission::Ticket> Admission::Admit(const Job& job, absl::Duration time_left) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Duration wait = (queued_time_ + running_time_) / options_.workers;
  if (queued_ >= options_.max_queued) {
    return Refuse("QUEUE", absl::StrCat("all workers are busy and ", queued_, " calls wait"), wait);
  }
  const Ticket ticket{Expected(job)};
  if (wait + ticket.expected > time_left) {
    return Refuse(
        "DEADLINE",
        absl::StrCat("the answer would take about ", absl::FormatDuration(wait + ticket.expected),
                     ", the deadline is in ", absl::FormatDuration(time_left)),
        wait);
  }
  if (queued_ >= options_.workers && wait > options_.max_wait) {
    return Refuse("WAIT",
                  absl::StrCat("the call would wait for about ", absl::FormatDuration(wait)), wait);
  }
  ++queued_;
  queued_time_ += ticket.expected;
  return ticket;
}

void Admission::Start(const Ticket& ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  --queued_;
  queued_time_ -= ticket.expected;
  running_time_ += ticket.expected;
}

void Admission::Finish(const Ticket& ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_time_ -= ticket.expected;
}

void Admission::Learn(const Job& job, absl::Duration took) {
  const double rate =
      absl::ToDoubleSeconds(took) / static_cast<double>(std::max<int64_t>(1, job.parts));
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [entry, is_first] = seconds_a_part_.emplace(job.kind, rate);
  if (!is_first) entry->second += kWeightOfNewest * (rate - entry->second);
}

int Admission::queued() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return queued_;
}

bool MemoryBudget::TryReserve(int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bytes > max_bytes_ - reserved_) return false;
  reserved_ += bytes;
  return true;
}

void MemoryBudget::Release(int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  reserved_ -= bytes;
}

int64_t MemoryBudget::reserved() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return reserved_;
}

}  // namespace pipesched
