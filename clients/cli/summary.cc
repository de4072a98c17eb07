#include "clients/cli/summary.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "clients/cli/flags.h"
#include "clients/cli/numbers.h"
#include "clients/cli/request.h"

namespace pipesched::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

bool HasBytes(const v1::Metrics& metrics) {
  return std::any_of(metrics.ranks().begin(), metrics.ranks().end(),
                     [](const v1::RankMetrics& rank) { return rank.peak_bytes() != 0; });
}

std::string FormatTotals(const v1::ComputeScheduleResponse& response, const Settings& settings) {
  const v1::Metrics& metrics = response.metrics();
  const v1::CriticalPath& path = metrics.critical_path();
  const std::string label = settings.Text(FlagId::kTimeUnit);
  const std::string unit = label.empty() ? "" : absl::StrCat(" ", label);
  const auto time = [&](double value) { return absl::StrCat(FormatNumber(value), unit); };
  return FormatTable(
      {{"schedule",
        absl::StrCat(ScheduleName(settings), ", ",
                     Count(response.shape().num_stages(), "stage", "stages"), " on ",
                     Count(response.shape().num_ranks(), "rank", "ranks"), ", ",
                     Count(response.shape().num_microbatches(), "microbatch", "microbatches"))},
       {"makespan", absl::StrCat(time(metrics.makespan()), " (first start to last end)")},
       {"bubble rate", absl::StrCat(FormatPercent(metrics.bubble_rate()), " (idle / total)")},
       {"bubble overhead",
        absl::StrCat(FormatPercent(metrics.bubble_overhead()), " (idle / busy)")},
       {"longest rank span",
        absl::StrCat(time(metrics.longest_rank_span()), " (a rank's first start to its last end)")},
       {"longest-span bubble rate", absl::StrCat(FormatPercent(metrics.longest_span_bubble_rate()),
                                                 " (1 - largest busy / longest rank span)")},
       {"lower bound",
        absl::StrCat(time(metrics.lower_bound()), " (no order of this placement is shorter)")},
       {"gap", absl::StrCat(FormatPercent(metrics.gap()), " (makespan / lower bound - 1)")},
       {"critical path",
        absl::StrCat(Count(path.num_ops(), "op", "ops"), ", ", time(path.compute_time()),
                     " in ops, ", time(path.p2p_time()), " in transfers",
                     settings.Find(FlagId::kFsdpTimes) != nullptr ? " and FSDP actions" : "")},
       {"digest", response.digest()},
       {"order digest", response.order_digest()}},
      /*first_right=*/2);
}

std::string FormatRanks(const v1::Metrics& metrics) {
  const bool has_bytes = HasBytes(metrics);
  Rows rows = {
      {"rank", "busy", "idle", "idle before", "idle between", "idle after", "peak activations"}};
  if (has_bytes) rows[0].push_back("peak bytes");
  for (const v1::RankMetrics& rank : metrics.ranks()) {
    rows.push_back({absl::StrCat(rank.rank()), FormatNumber(rank.busy()), FormatNumber(rank.idle()),
                    FormatNumber(rank.idle_before()), FormatNumber(rank.idle_between()),
                    FormatNumber(rank.idle_after()), absl::StrCat(rank.peak_activations())});
    if (has_bytes) rows.back().push_back(absl::StrCat(rank.peak_bytes()));
  }
  return FormatTable(rows, /*first_right=*/0);
}

// "round_robin".
std::string PlacementName(v1::PlacementKind placement) {
  absl::string_view name = v1::PlacementKind_Name(placement);
  absl::ConsumePrefix(&name, "PLACEMENT_KIND_");
  return absl::AsciiStrToLower(name);
}

// The flags that set the kind's parameters; fields that have no flag by themselves.
std::string ParameterFlags(const v1::ScheduleKindInfo& kind) {
  std::vector<std::string> names;
  for (const std::string& field : kind.parameters()) {
    if (field == "schedule.pytorch_csv") continue;  // --order too
    const Flag* flag = FindField(field);
    if (flag == nullptr) flag = FindField(absl::StrCat(field, "[]"));
    names.push_back(flag == nullptr ? field : LongName(*flag));
  }
  return absl::StrJoin(names, " ");
}

}  // namespace

std::string FormatSummary(const v1::ComputeScheduleResponse& response, const Settings& settings) {
  return absl::StrCat(FormatTotals(response, settings), "\n", FormatRanks(response.metrics()));
}

std::string FormatKinds(const v1::ListScheduleKindsResponse& response) {
  Rows rows = {{"name", "placement", "parameters", "legal when", "source", "description"}};
  for (const v1::ScheduleKindInfo& kind : response.kinds()) {
    rows.push_back({kind.name(), PlacementName(kind.placement()), ParameterFlags(kind),
                    kind.legality(), kind.source(), kind.description()});
  }
  return FormatTable(rows, /*first_right=*/rows[0].size());
}

}  // namespace pipesched::cli
