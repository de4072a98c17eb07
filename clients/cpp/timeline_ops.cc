#include "pipesched/client/timeline_ops.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "pipesched/v1/pipeline.pb.h"
#include "pipesched/v1/timeline.pb.h"

namespace pipesched::client {
namespace {

absl::Status Broken(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("broken timeline from the server: ", what));
}

absl::Status CheckIndices(absl::string_view name,
                          const google::protobuf::RepeatedField<int32_t>& column, int limit) {
  for (const int value : column) {
    if (value < 0 || value >= limit) {
      return Broken(absl::StrCat(name, " has ", value, ", want [0, ", int64_t{limit} - 1, "]"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

TimedOp TimelineOps::Iterator::operator*() const {
  return {.rank = rank_,
          .kind = timeline_->kinds(index_),
          .stage = timeline_->stages(index_),
          .microbatch = timeline_->microbatches(index_),
          .start = timeline_->starts(index_),
          .end = timeline_->ends(index_),
          .fused = timeline_->fused(index_),
          .critical = timeline_->critical(index_),
          .held_bytes = timeline_->held_bytes().empty() ? 0 : timeline_->held_bytes(index_)};
}

TimelineOps::Iterator& TimelineOps::Iterator::operator++() {
  ++index_;
  SkipEmptyRanks();
  return *this;
}

TimelineOps::Iterator::Iterator(const v1::Timeline* timeline, int index)
    : timeline_(timeline), index_(index) {
  SkipEmptyRanks();
}

void TimelineOps::Iterator::SkipEmptyRanks() {
  while (rank_ + 2 < timeline_->rank_offsets_size() &&
         timeline_->rank_offsets(rank_ + 1) <= index_) {
    ++rank_;
  }
}

TimelineOps::Iterator TimelineOps::begin() const { return Iterator(timeline_, 0); }

TimelineOps::Iterator TimelineOps::end() const {
  return Iterator(timeline_, timeline_->kinds_size());
}

TimelineChecker::TimelineChecker(const v1::PipelineShape& shape)
    : num_stages_(shape.num_stages()),
      num_microbatches_(shape.num_microbatches()),
      num_ranks_(shape.num_ranks()) {}

absl::Status TimelineChecker::CheckOffsets(const v1::Timeline& part) {
  for (const int offset : part.rank_offsets()) {
    if (offset < last_offset_ || (num_offsets_ == 0 && offset != 0)) {
      return Broken(
          absl::StrCat("rank_offsets[", num_offsets_, "] is ", offset, " after ", last_offset_));
    }
    last_offset_ = offset;
    ++num_offsets_;
  }
  return absl::OkStatus();
}

absl::Status TimelineChecker::Add(const v1::Timeline& part) {
  absl::Status status = CheckOffsets(part);
  if (!status.ok()) return status;
  const int size = part.kinds_size();
  for (const int other : {part.stages_size(), part.microbatches_size(), part.starts_size(),
                          part.ends_size(), part.fused_size(), part.critical_size()}) {
    if (other != size) return Broken(absl::StrCat("columns of ", size, " and ", other, " ops"));
  }
  const int held = part.held_bytes_size();
  if (held != 0 && held != size) return Broken(absl::StrCat("held_bytes of ", held, " ops"));
  num_held_bytes_ += held;
  num_ops_ += size;
  if (num_ops_ > last_offset_) {
    return Broken(absl::StrCat(num_ops_, " ops, rank_offsets end at ", last_offset_));
  }
  for (const int kind : part.kinds()) {
    if (kind == v1::OP_KIND_UNSPECIFIED || !v1::OpKind_IsValid(kind)) {
      return Broken(absl::StrCat("kinds has ", kind));
    }
  }
  status.Update(CheckIndices("stages", part.stages(), num_stages_));
  status.Update(CheckIndices("microbatches", part.microbatches(), num_microbatches_));
  return status;
}

absl::Status TimelineChecker::Finish() const {
  const int64_t wanted = int64_t{num_ranks_} + 1;
  if (num_offsets_ != wanted) {
    return Broken(absl::StrCat(num_offsets_, " rank_offsets, want ", wanted));
  }
  if (num_ops_ != last_offset_) {
    return Broken(absl::StrCat(num_ops_, " ops, rank_offsets end at ", last_offset_));
  }
  if (num_held_bytes_ != 0 && num_held_bytes_ != num_ops_) {
    return Broken(absl::StrCat("held_bytes of ", num_held_bytes_, " ops, want ", num_ops_));
  }
  return absl::OkStatus();
}

absl::Status CheckTimeline(const v1::Timeline& timeline, const v1::PipelineShape& shape) {
  TimelineChecker checker(shape);
  absl::Status status = checker.Add(timeline);
  if (status.ok()) status = checker.Finish();
  return status;
}

}  // namespace pipesched::client
