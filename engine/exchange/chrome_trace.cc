#include "engine/exchange/chrome_trace.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/metrics/memory.h"
#include "engine/model/order_text.h"
#include "engine/sim/data_flow.h"

namespace pipesched {
namespace {

constexpr size_t kPartSize = size_t{16} << 10;

// A unit is a millisecond, a timestamp is in microseconds.
constexpr int kMicrosecondsExponent = 3;

// An arrow ends this part of its op's time after the op's start.
constexpr int kArrowInset = 64;

std::string Zeros(int count) { return std::string(static_cast<size_t>(count), '0'); }

// Ticks as microseconds, exact.
std::string Microseconds(const TickScale& scale, int64_t ticks) {
  const int exponent = scale.exponent() + kMicrosecondsExponent;
  if (exponent >= 0) return absl::StrFormat("%d%s", ticks, ticks == 0 ? "" : Zeros(exponent));
  int64_t ticks_a_microsecond = 1;
  for (int i = exponent; i < 0; ++i) ticks_a_microsecond *= 10;
  const int64_t rest = ticks % ticks_a_microsecond;
  if (rest == 0) return absl::StrCat(ticks / ticks_a_microsecond);
  std::string text = absl::StrFormat("%d.%0*d", ticks / ticks_a_microsecond, -exponent, rest);
  text.resize(text.find_last_not_of('0') + 1);
  return text;
}

absl::string_view Category(OpKind kind) {
  switch (kind) {
    case OpKind::kForward: return "forward";
    case OpKind::kBackward: return "backward";
    case OpKind::kBackwardInput: return "backward_input";
    case OpKind::kBackwardWeight: return "backward_weight";
  }
  return "";
}

class TraceWriter {
 public:
  TraceWriter(const Pipeline& pipeline, const Placement& placement, const Order& order,
              const Timeline& timeline, absl::FunctionRef<bool(absl::string_view part)> sink)
      : pipeline_(pipeline),
        placement_(placement),
        order_(order),
        timeline_(timeline),
        sink_(sink) {
    has_bytes_ = std::any_of(
        pipeline.stages.begin(), pipeline.stages.end(),
        [](const StageCost& cost) { return cost.activation_bytes > 0 || cost.static_bytes > 0; });
    const auto pairs = static_cast<size_t>(placement.num_stages()) *
                       static_cast<size_t>(pipeline.shape.num_microbatches);
    for (auto& makers : makers_) makers.resize(pairs, -1);
    for (size_t i = 0; i < order.ops.size(); ++i) {
      const Op op = order.ops[i];
      if (MakesData(op.kind()))
        Maker(MadeBy(op.kind()), op.stage(), op.microbatch()) = static_cast<int64_t>(i);
    }
  }

  bool Write(const TraceLabels& labels) {
    absl::StrAppend(&text_, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"schedule\":\"",
                    labels.schedule, "\",\"digest\":\"", labels.digest, "\"},\"traceEvents\":[\n");
    for (int r = 0; r < order_.num_ranks(); ++r) {
      WriteNames(r);
      if (!WriteOps(r)) return false;
    }
    absl::StrAppend(&text_, "\n]}\n");
    return sink_(text_);
  }

 private:
  int64_t& Maker(DataKind kind, int stage, int microbatch) {
    return makers_[static_cast<size_t>(
        kind)][static_cast<size_t>(stage) * static_cast<size_t>(pipeline_.shape.num_microbatches) +
               static_cast<size_t>(microbatch)];
  }

  template <typename... Parts>
  void Event(const Parts&... parts) {
    absl::StrAppend(&text_, first_ ? "{" : ",\n{", parts..., "}");
    first_ = false;
  }

  std::string At(int64_t ticks) const { return Microseconds(pipeline_.scale, ticks); }

  void WriteNames(int r) {
    Event("\"ph\":\"M\",\"name\":\"process_name\",\"pid\":", r, ",\"args\":{\"name\":\"rank ", r,
          "\"}");
    Event("\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":", r,
          ",\"args\":{\"sort_index\":", r, "}");
    WriteThreadName(r, 1, "ops");
    const auto begin = static_cast<size_t>(order_.rank_offsets[static_cast<size_t>(r)]);
    const auto end = static_cast<size_t>(order_.rank_offsets[static_cast<size_t>(r) + 1]);
    for (size_t i = begin; i < end; ++i) {
      if (timeline_.starts[i] == timeline_.ends[i]) return WriteThreadName(r, 0, "ops of no time");
    }
  }

  void WriteThreadName(int r, int64_t duration, absl::string_view name) {
    Event("\"ph\":\"M\",\"name\":\"thread_name\"", Thread(r, duration), ",\"args\":{\"name\":\"",
          name, "\"}");
  }

  bool WriteOps(int r) {
    const absl::Span<const Op> ops = order_.rank(r);
    const std::vector<int64_t> held =
        has_bytes_ ? HeldBytes(pipeline_, placement_, r, ops) : std::vector<int64_t>();
    const auto offset = static_cast<size_t>(order_.rank_offsets[static_cast<size_t>(r)]);
    int alive = 0;
    int64_t last_alive = -1;
    int64_t last_bytes = -1;
    for (size_t i = 0; i < ops.size(); ++i) {
      const size_t count = ops[i].fused() ? 2 : 1;
      WriteSlice(r, offset, i);
      for (size_t k = 0; k < count; ++k) WriteFlows(r, offset + i + k);
      const int64_t start = timeline_.starts[offset + i];
      const int64_t end = timeline_.ends[offset + i];
      int64_t released = 0;
      int freed = 0;
      for (size_t k = 0; k < count; ++k) {
        const int change = ActivationChange(ops[i + k].kind());
        (change > 0 ? alive : freed) += change;
        released += Released(ops[i + k]);
      }
      WriteCounter(r, "activations", "alive", start, alive, last_alive);
      alive += freed;
      WriteCounter(r, "activations", "alive", end, alive, last_alive);
      if (has_bytes_) {
        WriteCounter(r, "memory", "bytes", start, held[i], last_bytes);
        // The largest also stands for any larger sum.
        const bool is_known = held[i] < std::numeric_limits<int64_t>::max();
        WriteCounter(r, "memory", "bytes", end, held[i] - (is_known ? released : 0), last_bytes);
      }
      i += count - 1;
      if (text_.size() < kPartSize) continue;
      if (!sink_(text_)) return false;
      text_.clear();
    }
    return true;
  }

  int64_t Released(Op op) const {
    const StageCost& cost = pipeline_.stages[static_cast<size_t>(op.stage())];
    switch (op.kind()) {
      case OpKind::kForward: return 0;
      case OpKind::kBackward: return cost.activation_bytes;
      case OpKind::kBackwardInput: return cost.activation_bytes - cost.weight_grad_bytes;
      case OpKind::kBackwardWeight: return cost.weight_grad_bytes;
    }
    return 0;
  }

  // The op at index `i` of the rank, or the pair that begins there.
  void WriteSlice(int r, size_t offset, size_t i) {
    const Op op = order_.ops[offset + i];
    const int64_t start = timeline_.starts[offset + i];
    const int64_t duration = timeline_.ends[offset + i] - start;
    const std::string when =
        absl::StrCat(Thread(r, duration), ",\"ts\":", At(start), ",\"dur\":", At(duration));
    if (!op.fused()) {
      return Event("\"ph\":\"X\",\"name\":\"", FormatOp(op), "\",\"cat\":\"", Category(op.kind()),
                   "\"", when, ",\"args\":{\"stage\":", op.stage(),
                   ",\"microbatch\":", op.microbatch(), ",\"index\":", i, "}");
    }
    const Op backward = order_.ops[offset + i + 1];
    Event("\"ph\":\"X\",\"name\":\"(", FormatOp(op), ";", FormatOp(backward),
          ")\",\"cat\":\"overlapped_pair\"", when, ",\"args\":{\"stage\":", op.stage(),
          ",\"microbatch\":", op.microbatch(), ",\"backward_stage\":", backward.stage(),
          ",\"backward_microbatch\":", backward.microbatch(), ",\"index\":", i, "}");
  }

  bool IsRemote(int stage, int other, int microbatch) const {
    return 0 <= other && other < placement_.num_stages() &&
           placement_.RankOf(stage, microbatch) != placement_.RankOf(other, microbatch);
  }

  // Where an op is shown. One that takes no time has a thread apart: on the same one readers
  // count it as a part of the op that starts when it does, and give it that op's flows.
  // Perfetto takes the thread 0 of a process for the one of the process' number.
  std::string Thread(int r, int64_t duration) const {
    return absl::StrCat(",\"pid\":", r, ",\"tid\":", duration > 0 ? r : order_.num_ranks() + r);
  }

  // A flow is told at its two ops, and called after the op that makes the data. Its events
  // lie inside the slices that they belong to: chrome://tracing gives one that is at a
  // slice's start to the slice that ends there.
  void WriteFlows(int r, size_t i) {
    const Op op = order_.ops[i];
    const int64_t start = timeline_.starts[i];
    const int64_t duration = timeline_.ends[i] - start;
    const std::string thread = Thread(r, duration);
    const Data need = NeedsOf(op)[0];
    if (need.stage != op.stage() && IsRemote(op.stage(), need.stage, op.microbatch())) {
      const int64_t maker = Maker(need.kind, need.stage, op.microbatch());
      if (!IsPoint(maker, i)) {
        Event("\"ph\":\"f\",\"bp\":\"e\"", FlowName(need.kind), ",\"id\":", maker, thread,
              ",\"ts\":", At(start + duration / kArrowInset));
      }
    }
    if (!MakesData(op.kind())) return;
    const DataKind made = MadeBy(op.kind());
    const int to = made == DataKind::kActivation ? op.stage() + 1 : op.stage() - 1;
    if (!IsRemote(op.stage(), to, op.microbatch())) return;
    if (IsPoint(Maker(made, to, op.microbatch()), i)) return;
    Event("\"ph\":\"s\"", FlowName(made), ",\"id\":", i, thread,
          ",\"ts\":", At(start + duration / 2));
  }

  // Whether an arrow between two ops would have no length; readers drop such or mix them up.
  bool IsPoint(int64_t other, size_t i) const {
    const auto k = static_cast<size_t>(other);
    return timeline_.starts[i] == timeline_.ends[i] && timeline_.starts[k] == timeline_.ends[k] &&
           timeline_.starts[i] == timeline_.starts[k];
  }

  static absl::string_view FlowName(DataKind kind) {
    return kind == DataKind::kActivation ? ",\"name\":\"activation\",\"cat\":\"p2p\""
                                         : ",\"name\":\"gradient\",\"cat\":\"p2p\"";
  }

  // `last` is what the counter told before, on its rank.
  void WriteCounter(int r, absl::string_view name, absl::string_view series, int64_t at,
                    int64_t value, int64_t& last) {
    if (value == last) return;
    last = value;
    Event("\"ph\":\"C\",\"name\":\"", name, "\",\"pid\":", r, ",\"ts\":", At(at), ",\"args\":{\"",
          series, "\":", value, "}");
  }

  const Pipeline& pipeline_;
  const Placement& placement_;
  const Order& order_;
  const Timeline& timeline_;
  absl::FunctionRef<bool(absl::string_view part)> sink_;
  bool has_bytes_ = false;
  std::array<std::vector<int64_t>, 2> makers_;  // by DataKind: ops, by (stage, microbatch)
  std::string text_;
  bool first_ = true;
};

}  // namespace

bool WriteChromeTrace(const Pipeline& pipeline, const Placement& placement, const Order& order,
                      const Timeline& timeline, const TraceLabels& labels,
                      absl::FunctionRef<bool(absl::string_view part)> sink) {
  return TraceWriter(pipeline, placement, order, timeline, sink).Write(labels);
}

}  // namespace pipesched
