#include "daemon/jobs.h"

#include <cstddef>
#include <exception>
#include <new>
#include <utility>

#include "absl/status/statusor.h"
#include "base/stopwatch.h"
#include "daemon/errors.h"

namespace pipesched {
namespace {

constexpr int64_t kBytesAPart = 8;

}  // namespace

int64_t ReadingParts(int64_t bytes) { return bytes / kBytesAPart; }

absl::Status RunGuarded(const Call& call, const std::function<absl::Status()>& work) {
  if (call.Abandoned()) return call.WhyAbandoned();
  absl::Status status;
  try {
    status = work();
  } catch (const std::bad_alloc&) {
    status = OutOfMemory("there is no memory left for the answer");
  } catch (const std::exception& error) {
    status = absl::InternalError(error.what());
  } catch (...) {
    status = absl::InternalError("an exception");
  }
  return absl::IsCancelled(status) ? call.WhyAbandoned() : status;
}

absl::Status Jobs::Run(Call& call, const Job& job, std::function<void()> work) {
  if (job.parts <= kInlineParts || WorkerPool::IsWorker()) {
    work();
    return absl::OkStatus();
  }
  const absl::StatusOr<Admission::Ticket> ticket = admission_.Admit(job, call.TimeLeft());
  if (!ticket.ok()) return ticket.status();
  workers_.Post([this, &call, ticket = *ticket, waiting = Stopwatch(), work = std::move(work)] {
    admission_.Start(ticket);
    // The work may end the call.
    call.record().queued += waiting.Elapsed();
    work();
    admission_.Finish(ticket);
  });
  return absl::OkStatus();
}

void Jobs::RunAll(std::vector<std::function<void()>> parts) {
  for (size_t i = 1; i < parts.size(); ++i) workers_.Post(std::move(parts[i]));
  parts[0]();
}

}  // namespace pipesched
