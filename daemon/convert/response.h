#ifndef PIPESCHED_DAEMON_CONVERT_RESPONSE_H_
#define PIPESCHED_DAEMON_CONVERT_RESPONSE_H_

#include <cstdint>
#include <vector>

#include "daemon/errors.h"
#include "daemon/plan.h"
#include "google/protobuf/repeated_field.h"
#include "pipesched/v1/metrics.pb.h"
#include "pipesched/v1/pipeline.pb.h"
#include "pipesched/v1/timeline.pb.h"

namespace pipesched {

// The ranks that a request asks for, ascending, each once; empty means all.
// Adds those outside [0, num_ranks) to `violations`. num_ranks 0: not known, since
// the request is wrong; then only those below 0.
std::vector<int> ConvertRanks(const google::protobuf::RepeatedField<int32_t>& ranks, int num_ranks,
                              Violations& violations);

// The metrics, with the rows of `ranks`.
v1::Metrics MetricsToProto(const Plan& plan, const std::vector<int>& ranks);

v1::PipelineShape ShapeToProto(const PipelineShape& shape);

// Where the ops of `ranks` stand in the columns: P + 1 offsets.
void FillRankOffsets(const Plan& plan, const std::vector<int>& ranks, v1::Timeline& timeline);

// Ops [first, first + count) of the columns of `ranks`, appended to `timeline`.
class TimelineColumns {
 public:
  TimelineColumns(const Plan& plan, const std::vector<int>& ranks);

  int64_t size() const { return size_; }

  void Append(int64_t first, int64_t count, v1::Timeline& timeline) const;

 private:
  const Plan& plan_;
  // Stretches of the order that the columns consist of: [first op, count).
  struct Stretch {
    int64_t first;
    int64_t count;
  };
  std::vector<Stretch> stretches_;
  std::vector<bool> critical_;       // by op of the order
  std::vector<int64_t> held_bytes_;  // by column, or empty if no stage has bytes
  int64_t size_ = 0;
};

// Least bytes of an op in the columns: 5 numbers of one byte, 2 of eight.
inline constexpr int64_t kLeastOpBytes = 21;

// What the caller should know; see v1.Note.
google::protobuf::RepeatedPtrField<v1::Note> NotesToProto(const Plan& plan);

// Digests and notes: what every response that has them holds.
template <typename Response>
void FillDigestsAndNotes(const Plan& plan, Response& response) {
  response.set_digest(plan.digest);
  response.set_order_digest(plan.order_digest);
  *response.mutable_notes() = NotesToProto(plan);
}

// The same, the metrics and the sizes: a schedule in every view.
template <typename Response>
void FillSummary(const Plan& plan, const std::vector<int>& ranks, Response& response) {
  FillDigestsAndNotes(plan, response);
  *response.mutable_metrics() = MetricsToProto(plan, ranks);
  *response.mutable_shape() = ShapeToProto(plan.input.pipeline.shape);
}

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_RESPONSE_H_
