#ifndef PIPESCHED_RENDER_FACTS_H_
#define PIPESCHED_RENDER_FACTS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/model/op.h"
#include "engine/model/order.h"
#include "engine/model/timeline.h"
#include "render/options.h"

namespace pipesched {

// What every format says about a schedule in words.

// Shortest and longest time of some ops, in ticks; no op if max < min.
struct TimeRange {
  int64_t min = 1;
  int64_t max = 0;

  bool empty() const { return max < min; }
  void Add(int64_t ticks);
};

// What kinds of op an order has, and how long they take.
struct OpTimes {
  std::array<TimeRange, kNumOpKinds> kinds;  // outside of fused pairs
  TimeRange pairs;

  void Add(const OpTimes& other);

  bool Has(OpKind kind) const { return !kinds[static_cast<size_t>(kind)].empty(); }
};
OpTimes FindOpTimes(const Order& order, const Timeline& timeline);

// The kinds in the order in which people name them: F, B, I, W.
struct KindName {
  OpKind kind;
  absl::string_view name;  // "forward (F)"
};
absl::Span<const KindName> KindNames();

// "ms", or "time units".
std::string TimeUnit(const PictureLabels& labels);

// "time (ms)", or "time units".
std::string AxisTitle(const PictureLabels& labels);

// "1f1b, 4 ranks × 8 microbatches".
std::string SizesOf(const Subject& subject);

// The title that is given, else what SizesOf says; for several subjects "3 schedules, 4
// ranks × 8 microbatches".
std::string TitleOf(absl::Span<const Subject> subjects, const PictureLabels& labels);

// Makespan, bubble rate and overhead with their definitions, the critical path's parts
// if it is shown. One entry a fact.
std::vector<std::string> FactsOf(const Subject& subject, const PictureOptions& options);

// What the schedule was computed from and what words mean, so that a figure can be
// judged and made again: times of ops and transfers, memory, the definition of the
// bubble rate, the digest.
// For several subjects: what the first and those of as many chunks a rank have.
std::vector<std::string> AssumptionsOf(absl::Span<const Subject> subjects,
                                       const PictureLabels& labels);

// The table that compares several subjects: a head, and a row each, of equally many cells.
using ComparisonRows = std::vector<std::vector<std::string>>;
ComparisonRows ComparisonTable(absl::Span<const Subject> subjects);

// Leaves out columns, those first that say the least, until `fits` or one is left.
void FitTable(ComparisonRows& table, absl::FunctionRef<bool(const ComparisonRows&)> fits);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_FACTS_H_
