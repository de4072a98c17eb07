#ifndef PIPESCHED_CLIENT_TIMELINE_OPS_H_
#define PIPESCHED_CLIENT_TIMELINE_OPS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/status/status.h"

namespace pipesched {

namespace v1 {
enum OpKind : int;
class PipelineShape;
class Timeline;
}  // namespace v1

namespace client {

// One op of a timeline, of all its columns.
struct TimedOp {
  int rank;
  v1::OpKind kind;
  int stage;
  int microbatch;
  double start;  // in the caller's unit
  double end;
  bool fused;          // half of a fused pair
  bool critical;       // on the critical path
  int64_t held_bytes;  // what the rank holds while it runs; 0 if no bytes were given
};

// The ops of a timeline, rank by rank, each rank's in the order in which it runs
// them:
//
//   for (const TimedOp op : TimelineOps(response.timeline())) ...
//
// The timeline must have passed CheckTimeline, as those that Client returns
// have, and must outlive this.
class TimelineOps {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = TimedOp;
    using difference_type = std::ptrdiff_t;
    using pointer = const TimedOp*;
    using reference = TimedOp;

    TimedOp operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    friend class TimelineOps;
    Iterator(const v1::Timeline* timeline, int index);
    void SkipEmptyRanks();

    const v1::Timeline* timeline_;
    int index_;     // in the columns
    int rank_ = 0;  // of index_
  };

  explicit TimelineOps(const v1::Timeline& timeline) : timeline_(&timeline) {}

  Iterator begin() const;
  Iterator end() const;

 private:
  const v1::Timeline* timeline_;
};

// Checks a timeline that arrives in parts, as StreamSchedule sends it. Holds no
// part of it.
class TimelineChecker {
 public:
  // `shape` is that of the response, its first message in a stream.
  explicit TimelineChecker(const v1::PipelineShape& shape);

  // DATA_LOSS if the part's columns differ in length, its offsets decrease, it
  // has more ops than the offsets say, or an index is out of range.
  absl::Status Add(const v1::Timeline& part);

  // DATA_LOSS if there are fewer ops than the offsets say.
  absl::Status Finish() const;

 private:
  absl::Status CheckOffsets(const v1::Timeline& part);

  int num_stages_;
  int num_microbatches_;
  int num_ranks_;
  int num_offsets_ = 0;
  int last_offset_ = 0;  // ops that the offsets promise
  int64_t num_ops_ = 0;  // ops seen
  int64_t num_held_bytes_ = 0;
};

// A whole timeline at once.
absl::Status CheckTimeline(const v1::Timeline& timeline, const v1::PipelineShape& shape);

}  // namespace client
}  // namespace pipesched

#endif  // PIPESCHED_CLIENT_TIMELINE_OPS_H_
