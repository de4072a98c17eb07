#include "render/facts.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "render/frame.h"
#include "render/numbers.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

constexpr absl::string_view kTimes = "\u00D7";   // ×
constexpr absl::string_view kEnDash = "\u2013";  // –
constexpr size_t kDigestDigits = 12;

constexpr KindName kKindNames[kNumOpKinds] = {
    {OpKind::kForward, "forward (F)"},
    {OpKind::kBackward, "backward (B)"},
    {OpKind::kBackwardInput, "backward for inputs (I)"},
    {OpKind::kBackwardWeight, "backward for weights (W)"}};

std::string Count(int count, absl::string_view noun, absl::string_view plural_ending = "s") {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : plural_ending);
}

std::string FormatRange(const TimeRange& range, const TickScale& scale) {
  const std::string min = FormatTime(scale.ToUnits(range.min));
  const std::string max = FormatTime(scale.ToUnits(range.max));
  return min == max ? min : absl::StrCat(min, kEnDash, max);
}

std::string Sizes(const PipelineShape& shape) {
  const int v = shape.chunks_per_rank;
  const std::string chunks = v == 1 ? "" : absl::StrCat(Count(v, "chunk"), " ", kTimes, " ");
  return absl::StrCat(Count(shape.num_ranks, "rank"), " ", kTimes, " ", chunks,
                      Count(shape.num_microbatches, "microbatch", "es"));
}

int PeakActivations(const Metrics& metrics) {
  int peak = 0;
  for (const RankMetrics& rank : metrics.ranks) peak = std::max(peak, rank.peak.activations);
  return peak;
}

int64_t PeakBytes(const Metrics& metrics) {
  int64_t peak = 0;
  for (const RankMetrics& rank : metrics.ranks) peak = std::max(peak, rank.peak.bytes);
  return peak;
}

}  // namespace

void TimeRange::Add(int64_t ticks) {
  min = empty() ? ticks : std::min(min, ticks);
  max = std::max(max, ticks);
}

void OpTimes::Add(const OpTimes& other) {
  const auto add = [](TimeRange& range, const TimeRange& more) {
    if (more.empty()) return;
    range.Add(more.min);
    range.Add(more.max);
  };
  for (size_t kind = 0; kind < kNumOpKinds; ++kind) add(kinds[kind], other.kinds[kind]);
  add(pairs, other.pairs);
}

OpTimes FindOpTimes(const Order& order, const Timeline& timeline) {
  OpTimes times;
  for (size_t i = 0; i < order.ops.size(); ++i) {
    const Op op = order.ops[i];
    TimeRange& range = op.fused() ? times.pairs : times.kinds[static_cast<size_t>(op.kind())];
    range.Add(timeline.ends[i] - timeline.starts[i]);
  }
  return times;
}

absl::Span<const KindName> KindNames() { return kKindNames; }

std::string TimeUnit(const PictureLabels& labels) {
  return labels.time_unit.empty() ? "time units" : PrintableText(labels.time_unit);
}

std::string AxisTitle(const PictureLabels& labels) {
  const std::string unit = TimeUnit(labels);
  return labels.time_unit.empty() ? unit : absl::StrCat("time (", unit, ")");
}

std::string SizesOf(const Subject& subject) {
  return absl::StrCat(subject.schedule, ", ", Sizes(subject.pipeline.shape));
}

std::string TitleOf(absl::Span<const Subject> subjects, const PictureLabels& labels) {
  if (!labels.title.empty()) return PrintableText(labels.title);
  if (subjects.size() == 1) return SizesOf(subjects[0]);
  PipelineShape shape = subjects[0].pipeline.shape;
  shape.chunks_per_rank = 1;  // Each schedule splits the slice of a rank as it likes.
  return absl::StrCat(subjects.size(), " schedules, ", Sizes(shape));
}

std::vector<std::string> FactsOf(const Subject& subject, const PictureOptions& options) {
  const Metrics& metrics = subject.metrics;
  const TickScale& scale = subject.pipeline.scale;
  std::vector<std::string> facts = {
      absl::StrCat("makespan ", FormatTime(scale.ToUnits(metrics.makespan)), " ",
                   TimeUnit(options.labels)),
      absl::StrFormat("bubble rate %.2f %% (idle / total)", 100 * metrics.bubble_rate),
      absl::StrFormat("bubble overhead %.2f %% (idle / busy)", 100 * metrics.bubble_overhead)};
  if (options.critical_path) {
    facts.push_back(absl::StrCat(
        "critical path: ", FormatTime(scale.ToUnits(metrics.critical_path.compute)), " in ops + ",
        FormatTime(scale.ToUnits(metrics.critical_path.p2p)), " in transfers"));
  }
  return facts;
}

std::vector<std::string> AssumptionsOf(absl::Span<const Subject> subjects,
                                       const PictureLabels& labels) {
  const Pipeline& pipeline = subjects[0].pipeline;
  OpTimes times;
  for (const Subject& subject : subjects) {
    if (subject.pipeline.shape.chunks_per_rank != pipeline.shape.chunks_per_rank) continue;
    times.Add(FindOpTimes(subject.order, subject.timeline));
  }
  std::vector<std::string> parts;
  for (const auto& [kind, name] : kKindNames) {
    if (!times.Has(kind)) continue;
    const TimeRange& range = times.kinds[static_cast<size_t>(kind)];
    parts.push_back(absl::StrCat(name, " ", FormatRange(range, pipeline.scale)));
  }
  if (!times.pairs.empty()) {
    parts.push_back(absl::StrCat("overlapped pair ", FormatRange(times.pairs, pipeline.scale)));
  }
  TimeRange p2p;
  for (const int64_t ticks : pipeline.p2p_forward) p2p.Add(ticks);
  for (const int64_t ticks : pipeline.p2p_backward) p2p.Add(ticks);
  if (!p2p.empty()) parts.push_back(absl::StrCat("p2p ", FormatRange(p2p, pipeline.scale)));
  parts.push_back(absl::StrCat("times in ", TimeUnit(labels)));
  if (NamesBytes(pipeline)) {
    parts.push_back("memory: F takes its activations, B frees them, I and W free a part each");
    const std::vector<int64_t>& limits = pipeline.memory_limit_bytes;
    if (!limits.empty()) {
      const auto [min, max] = std::minmax_element(limits.begin(), limits.end());
      parts.push_back(absl::StrCat("memory limit ", FormatBytes(*min)));
      if (*min != *max) absl::StrAppend(&parts.back(), kEnDash, FormatBytes(*max));
    }
  }
  parts.push_back(absl::StrCat("bubble rate = idle rank time / (ranks ", kTimes, " makespan)"));
  if (subjects.size() == 1) {
    parts.push_back(
        absl::StrCat("digest ", absl::string_view(subjects[0].digest).substr(0, kDigestDigits)));
  }
  return parts;
}

ComparisonRows ComparisonTable(absl::Span<const Subject> subjects) {
  const bool bytes = NamesBytes(subjects[0].pipeline);
  ComparisonRows rows = {{"schedule", "makespan", "of the first", "bubble rate", "bubble overhead",
                          "peak activations"}};
  if (bytes) rows[0].push_back("peak memory");
  rows[0].push_back("digest");
  const auto makespan = [](const Subject& subject) {
    return subject.pipeline.scale.ToUnits(subject.metrics.makespan);
  };
  for (const Subject& subject : subjects) {
    // A chunk's activations are a part of those of the rank's slice.
    const int chunks = subject.pipeline.shape.chunks_per_rank;
    std::vector<std::string> row = {
        subject.schedule,
        FormatTime(makespan(subject)),
        absl::StrFormat("%.2f %%", 100 * makespan(subject) / makespan(subjects[0])),
        absl::StrFormat("%.2f %%", 100 * subject.metrics.bubble_rate),
        absl::StrFormat("%.2f %%", 100 * subject.metrics.bubble_overhead),
        chunks == 1
            ? absl::StrCat(PeakActivations(subject.metrics))
            : absl::StrFormat("%g (%d chunks)",
                              static_cast<double>(PeakActivations(subject.metrics)) / chunks,
                              PeakActivations(subject.metrics))};
    if (bytes) row.push_back(FormatBytes(PeakBytes(subject.metrics)));
    row.emplace_back(absl::string_view(subject.digest).substr(0, kDigestDigits));
    rows.push_back(std::move(row));
  }
  return rows;
}

void FitTable(ComparisonRows& table, absl::FunctionRef<bool(const ComparisonRows&)> fits) {
  // The first two follow from others.
  for (const absl::string_view name : {"bubble overhead", "of the first", "peak activations",
                                       "bubble rate", "peak memory", "digest", "makespan"}) {
    if (fits(table)) return;
    const auto column = std::find(table[0].begin(), table[0].end(), name) - table[0].begin();
    if (column == static_cast<std::ptrdiff_t>(table[0].size())) continue;
    for (std::vector<std::string>& row : table) row.erase(row.begin() + column);
  }
}

}  // namespace pipesched
