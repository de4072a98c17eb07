// Request bytes -> validate -> compute -> answer, with small caps. The first byte
// chooses the call.

#include <google/protobuf/stubs/logging.h>

#include <string>

#include "daemon/handlers.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/fuzz/fuzz.h"

namespace pipesched {
namespace {

Limits SmallLimits() {
  Limits limits;
  limits.max_ranks = 32;
  limits.max_chunks_per_rank = 8;
  limits.max_microbatches = 256;
  limits.max_ops = 4096;
  limits.max_message_bytes = 1 << 20;
  limits.max_picture_side = 2000;
  limits.max_picture_pixels = 200'000;
  return limits;
}

template <typename Request, typename Response>
void Answer(const std::string& bytes) {
  Request request;
  if (!request.ParseFromString(bytes)) return;
  const Limits limits = SmallLimits();
  Response response;
  (void)HandlePlanCall(request, {limits, NeverCancelled}, response);
}

void Compare(const std::string& bytes) {
  v1::CompareSchedulesRequest request;
  if (!request.ParseFromString(bytes)) return;
  const Limits limits = SmallLimits();
  v1::CompareSchedulesResponse response;
  (void)HandleCompareSchedules(request, {limits, NeverCancelled}, response);
}

// For a moment: what matters is what the search is given, not how good it gets.
void Search(const std::string& bytes) {
  v1::SearchScheduleRequest request;
  if (!request.ParseFromString(bytes)) return;
  const Limits limits = SmallLimits();
  int polls = 0;
  const auto cancelled = [&polls] { return ++polls > 50; };
  request.set_threads(request.threads() > 1 ? 1 : request.threads());
  (void)HandleSearchSchedule(request, {limits, cancelled}, [](v1::SearchScheduleResponse) {});
}

void Stream(const std::string& bytes) {
  v1::StreamScheduleRequest request;
  if (!request.ParseFromString(bytes)) return;
  absl::StatusOr<PlanQuery> query = Prepare(request, SmallLimits());
  if (!query.ok()) return;
  auto plan = ComputePlan(std::move(query->input), NeverCancelled);
  if (!plan.ok()) return;
  const auto stream = OpenStream(std::make_shared<const Plan>(*std::move(plan)), query->ranks);
  v1::StreamScheduleResponse message;
  while (stream->Next(message)) {
  }
}

void Validate(const std::string& bytes) {
  v1::ValidateScheduleRequest request;
  if (!request.ParseFromString(bytes)) return;
  v1::ValidateScheduleResponse response;
  (void)HandleValidateSchedule(request, {SmallLimits(), NeverCancelled}, response);
}

}  // namespace
}  // namespace pipesched

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pipesched;
  // Text that is not UTF-8 is no request, which protobuf would log each time.
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  (void)silent;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0: Answer<v1::ComputeScheduleRequest, v1::ComputeScheduleResponse>(bytes); break;
    case 1: Answer<v1::RenderScheduleRequest, v1::RenderScheduleResponse>(bytes); break;
    case 2: Answer<v1::ExportScheduleRequest, v1::ExportScheduleResponse>(bytes); break;
    case 3: Stream(bytes); break;
    case 4: Validate(bytes); break;
    case 5: Compare(bytes); break;
    default: Search(bytes); break;
  }
  return 0;
}
