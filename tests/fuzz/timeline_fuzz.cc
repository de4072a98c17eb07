// What a client makes of a response that anybody may have sent: columns that pass the
// check can be read from end to end.

#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "pipesched/client/timeline_ops.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutate_message.h"

// As in request_fuzz.cc.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  std::mt19937 random(seed);
  pipesched::v1::ComputeScheduleResponse response;
  (void)response.ParseFromArray(data, static_cast<int>(size));
  for (auto changes = 1 + random() % 3; changes > 0; --changes) {
    pipesched::MutateMessage(
        *(random() % 4 == 0 ? static_cast<google::protobuf::Message*>(&response)
                            : response.mutable_timeline()),
        random);
  }
  const std::string bytes = response.SerializeAsString();
  if (bytes.size() > max_size) return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pipesched;
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  (void)silent;
  v1::ComputeScheduleResponse response;
  if (!response.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (!client::CheckTimeline(response.timeline(), response.shape()).ok()) return 0;
  int64_t ops = 0;
  for (const client::TimedOp op : client::TimelineOps(response.timeline())) {
    if (op.rank < 0 || op.stage < 0 || op.stage >= response.shape().num_stages()) std::abort();
    if (op.microbatch < 0 || op.microbatch >= response.shape().num_microbatches()) std::abort();
    ++ops;
  }
  if (ops != response.timeline().kinds_size()) std::abort();
  return 0;
}
