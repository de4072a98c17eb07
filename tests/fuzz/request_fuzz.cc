// Request bytes -> validate -> compute -> answer, with small caps. The first byte
// chooses the call.

#include <google/protobuf/stubs/logging.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "daemon/handlers.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutate_message.h"

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

namespace pipesched {
namespace {

// The request of the call that a first byte chooses.
std::unique_ptr<google::protobuf::Message> RequestOf(uint8_t choice) {
  switch (choice % 7) {
    case 0: return std::make_unique<v1::ComputeScheduleRequest>();
    case 1: return std::make_unique<v1::RenderScheduleRequest>();
    case 2: return std::make_unique<v1::ExportScheduleRequest>();
    case 3: return std::make_unique<v1::StreamScheduleRequest>();
    case 4: return std::make_unique<v1::ValidateScheduleRequest>();
    case 5: return std::make_unique<v1::CompareSchedulesRequest>();
    default: return std::make_unique<v1::SearchScheduleRequest>();
  }
}

}  // namespace
}  // namespace pipesched

// In place of libFuzzer's own changes, which rarely make another request. Where the
// bytes are no request, what could be read of it is changed.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  std::mt19937 random(seed);
  if (size > 0 && random() % 4 == 0) {  // Any byte, so that what is no request comes, too.
    data[random() % size] = static_cast<uint8_t>(random());
    return size;
  }
  const uint8_t choice = size == 0 ? static_cast<uint8_t>(random()) : data[0];
  const auto request = pipesched::RequestOf(choice);
  if (size > 1) (void)request->ParseFromArray(data + 1, static_cast<int>(size - 1));
  for (auto changes = 1 + random() % 3; changes > 0; --changes) {
    pipesched::MutateMessage(*request, random);
  }
  const std::string bytes = request->SerializeAsString();
  if (max_size == 0 || bytes.size() + 1 > max_size) return size;
  data[0] = choice;
  std::memcpy(data + 1, bytes.data(), bytes.size());
  return bytes.size() + 1;
}

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
