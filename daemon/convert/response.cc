#include "daemon/convert/response.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "engine/metrics/lower_bound.h"
#include "engine/metrics/memory.h"
#include "engine/model/order_text.h"

namespace pipesched {
namespace {

v1::OpKind ToProto(OpKind kind) {
  switch (kind) {
    case OpKind::kForward: return v1::OP_KIND_FORWARD;
    case OpKind::kBackward: return v1::OP_KIND_BACKWARD;
    case OpKind::kBackwardInput: return v1::OP_KIND_BACKWARD_INPUT;
    case OpKind::kBackwardWeight: return v1::OP_KIND_BACKWARD_WEIGHT;
  }
  return v1::OP_KIND_UNSPECIFIED;
}

void RankToProto(const RankMetrics& metrics, int rank, TickScale scale, v1::RankMetrics& out) {
  out.set_rank(rank);
  out.set_busy(scale.ToUnits(metrics.busy));
  out.set_idle(scale.ToUnits(metrics.idle()));
  out.set_idle_before(scale.ToUnits(metrics.idle_before));
  out.set_idle_between(scale.ToUnits(metrics.idle_between));
  out.set_idle_after(scale.ToUnits(metrics.idle_after));
  out.set_peak_activations(metrics.peak.activations);
  out.set_peak_bytes(metrics.peak.bytes);
  if (!metrics.peak.op) return;
  v1::OpRef& op = *out.mutable_peak_op();
  op.set_kind(ToProto(metrics.peak.op->kind()));
  op.set_stage(metrics.peak.op->stage());
  op.set_microbatch(metrics.peak.op->microbatch());
}

// A note for each rank above its memory limit.
void AddMemoryNotes(const Plan& plan, google::protobuf::RepeatedPtrField<v1::Note>& notes) {
  const std::vector<int64_t>& limits = plan.input.pipeline.memory_limit_bytes;
  for (size_t r = 0; r < limits.size(); ++r) {
    const MemoryPeak& peak = plan.metrics.ranks[r].peak;
    if (peak.bytes <= limits[r]) continue;
    v1::Note& note = *notes.Add();
    const std::string op = peak.op ? FormatOp(*peak.op) : "no op";
    note.set_code("MEMORY_LIMIT_EXCEEDED");
    note.set_message(absl::StrCat("rank ", r, " holds ", peak.bytes, " bytes at ", op,
                                  ", its limit is ", limits[r]));
    auto& metadata = *note.mutable_metadata();
    metadata["rank"] = absl::StrCat(r);
    metadata["op"] = op;
    metadata["bytes"] = absl::StrCat(peak.bytes);
    metadata["limit_bytes"] = absl::StrCat(limits[r]);
  }
}

bool HasBytes(const Pipeline& pipeline) {
  return std::any_of(pipeline.stages.begin(), pipeline.stages.end(), [](const StageCost& cost) {
    return cost.activation_bytes != 0 || cost.static_bytes != 0;
  });
}

// Grows a column by `count` entries and returns the first new one.
template <typename T>
T* Grow(google::protobuf::RepeatedField<T>& column, int64_t count) {
  const int old_size = column.size();
  column.Resize(old_size + static_cast<int>(count), T{});
  return column.mutable_data() + old_size;
}

}  // namespace

std::vector<int> ConvertRanks(const google::protobuf::RepeatedField<int32_t>& ranks, int num_ranks,
                              Violations& violations) {
  std::vector<bool> wanted(static_cast<size_t>(num_ranks));
  for (int i = 0; i < ranks.size(); ++i) {
    if (0 <= ranks[i] && ranks[i] < num_ranks) {
      wanted[static_cast<size_t>(ranks[i])] = true;
    } else if (num_ranks == 0 && ranks[i] < 0) {
      violations.Add(absl::StrCat("ranks[", i, "]"), absl::StrCat(ranks[i], ", want [0, ranks)"));
    } else if (num_ranks > 0) {
      violations.Add(absl::StrCat("ranks[", i, "]"),
                     absl::StrCat(ranks[i], ", want [0, ", num_ranks - 1, "]"));
    }
  }
  if (ranks.empty()) return AllRanks(num_ranks);
  std::vector<int> result;
  for (int r = 0; r < num_ranks; ++r) {
    if (wanted[static_cast<size_t>(r)]) result.push_back(r);
  }
  return result;
}

v1::Metrics MetricsToProto(const Plan& plan, const std::vector<int>& ranks) {
  const Metrics& metrics = plan.metrics;
  const TickScale scale = plan.input.pipeline.scale;
  v1::Metrics out;
  out.set_makespan(scale.ToUnits(metrics.makespan));
  out.set_bubble_rate(metrics.bubble_rate);
  out.set_bubble_overhead(metrics.bubble_overhead);
  out.set_longest_rank_span(scale.ToUnits(metrics.longest_rank_span));
  out.set_longest_span_bubble_rate(metrics.longest_span_bubble_rate);
  out.set_lower_bound(scale.ToUnits(metrics.lower_bound));
  out.set_gap(metrics.gap);
  out.mutable_ranks()->Reserve(static_cast<int>(ranks.size()));
  for (const int r : ranks) {
    RankToProto(metrics.ranks[static_cast<size_t>(r)], r, scale, *out.add_ranks());
  }
  v1::CriticalPath& path = *out.mutable_critical_path();
  path.set_num_ops(static_cast<int32_t>(metrics.critical_path.ops.size()));
  path.set_compute_time(scale.ToUnits(metrics.critical_path.compute));
  path.set_p2p_time(scale.ToUnits(metrics.critical_path.p2p));
  return out;
}

v1::PipelineShape ShapeToProto(const PipelineShape& shape) {
  v1::PipelineShape out;
  out.set_num_ranks(shape.num_ranks);
  out.set_num_stages(shape.num_stages());
  out.set_chunks_per_rank(shape.chunks_per_rank);
  out.set_num_microbatches(shape.num_microbatches);
  return out;
}

void FillRankOffsets(const Plan& plan, const std::vector<int>& ranks, v1::Timeline& timeline) {
  const int num_ranks = plan.order.num_ranks();
  int32_t* offset = Grow(*timeline.mutable_rank_offsets(), num_ranks + 1);
  auto wanted = ranks.begin();
  int32_t end = 0;
  *offset++ = 0;
  for (int r = 0; r < num_ranks; ++r) {
    if (wanted != ranks.end() && *wanted == r) {
      end += static_cast<int32_t>(plan.order.rank(r).size());
      ++wanted;
    }
    *offset++ = end;
  }
}

TimelineColumns::TimelineColumns(const Plan& plan, const std::vector<int>& ranks)
    : plan_(plan), critical_(plan.order.ops.size()) {
  for (const int64_t op : plan.metrics.critical_path.ops) critical_[static_cast<size_t>(op)] = true;
  const bool has_bytes = HasBytes(plan.input.pipeline);
  for (const int r : ranks) {
    if (has_bytes) {
      const std::vector<int64_t> held =
          HeldBytes(plan.input.pipeline, plan.placement, r, plan.order.rank(r));
      held_bytes_.insert(held_bytes_.end(), held.begin(), held.end());
    }
    const int64_t first = plan.order.rank_offsets[static_cast<size_t>(r)];
    const int64_t count = plan.order.rank_offsets[static_cast<size_t>(r) + 1] - first;
    size_ += count;
    if (!stretches_.empty() && stretches_.back().first + stretches_.back().count == first) {
      stretches_.back().count += count;
    } else {
      stretches_.push_back({first, count});
    }
  }
}

void TimelineColumns::Append(int64_t first, int64_t count, v1::Timeline& timeline) const {
  const TickScale scale = plan_.input.pipeline.scale;
  int* kinds = Grow(*timeline.mutable_kinds(), count);
  int32_t* stages = Grow(*timeline.mutable_stages(), count);
  int32_t* microbatches = Grow(*timeline.mutable_microbatches(), count);
  double* starts = Grow(*timeline.mutable_starts(), count);
  double* ends = Grow(*timeline.mutable_ends(), count);
  bool* fused = Grow(*timeline.mutable_fused(), count);
  bool* critical = Grow(*timeline.mutable_critical(), count);
  if (!held_bytes_.empty()) {
    const auto begin = held_bytes_.begin() + first;
    timeline.mutable_held_bytes()->Add(begin, begin + count);
  }
  int64_t stretch_begin = 0;
  for (const Stretch& stretch : stretches_) {
    const int64_t begin = std::max(first, stretch_begin);
    const int64_t end = std::min(first + count, stretch_begin + stretch.count);
    for (int64_t column = begin; column < end; ++column) {
      const auto i = static_cast<size_t>(stretch.first + column - stretch_begin);
      const Op op = plan_.order.ops[i];
      *kinds++ = ToProto(op.kind());
      *stages++ = op.stage();
      *microbatches++ = op.microbatch();
      *starts++ = scale.ToUnits(plan_.timeline.starts[i]);
      *ends++ = scale.ToUnits(plan_.timeline.ends[i]);
      *fused++ = op.fused();
      *critical++ = critical_[i];
    }
    stretch_begin += stretch.count;
  }
}

google::protobuf::RepeatedPtrField<v1::Note> NotesToProto(const Plan& plan) {
  google::protobuf::RepeatedPtrField<v1::Note> notes;
  const ScheduleKind& kind = *plan.input.kind;
  const PipelineShape& shape = plan.input.pipeline.shape;
  const int least = kind.least_microbatches == nullptr ? 1 : kind.least_microbatches(shape);
  if (shape.num_microbatches < least) {
    v1::Note& note = *notes.Add();
    note.set_code("BELOW_VALIDITY_LIMIT");
    note.set_message(absl::StrCat("num_microbatches = ", shape.num_microbatches, ": ", kind.name,
                                  " keeps its promise from ", least, " on"));
    (*note.mutable_metadata())["num_microbatches"] = absl::StrCat(shape.num_microbatches);
    (*note.mutable_metadata())["least"] = absl::StrCat(least);
  }
  if (plan.input.pipeline.backward_split_defaulted && FormsOf(plan.order).split_backward) {
    v1::Note& note = *notes.Add();
    note.set_code("BACKWARD_SPLIT_DEFAULTED");
    note.set_message(absl::StrCat(kind.name,
                                  " splits backwards, and not all stages have both "
                                  "backward_input and backward_weight: half of the "
                                  "backward is taken"));
  }
  AddMemoryNotes(plan, notes);
  return notes;
}

}  // namespace pipesched
