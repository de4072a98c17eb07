#include "clients/cli/search.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "clients/cli/compute.h"
#include "clients/cli/file_writer.h"
#include "clients/cli/json.h"
#include "clients/cli/numbers.h"
#include "clients/cli/picture.h"
#include "clients/cli/report.h"
#include "clients/cli/summary.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// A search's call may take this much longer than its time budget, in seconds.
constexpr double kCallSlack = 10;

std::string ObjectiveName(v1::SearchObjective objective) {
  absl::string_view name = v1::SearchObjective_Name(objective);
  absl::ConsumePrefix(&name, "SEARCH_OBJECTIVE_");
  return absl::AsciiStrToLower(name);
}

int64_t PeakBytes(const v1::Metrics& metrics) {
  int64_t peak = 0;
  for (const v1::RankMetrics& rank : metrics.ranks()) peak = std::max(peak, rank.peak_bytes());
  return peak;
}

// What other commands say of a search's order: the same values as if the user had given
// its pipeline and the order's file.
CommandContext ContextOf(const CommandContext& context, const v1::SearchScheduleResponse& found) {
  CommandContext result = context;
  const v1::Pipeline& pipeline = found.pipeline();
  const auto set = [&](FlagId id, std::vector<std::string> texts) {
    result.settings.Set(id, {context.settings.Origin(id), std::move(texts)});
  };
  const auto set_times = [&](FlagId id, const std::function<double(const v1::StageCost&)>& time) {
    std::vector<std::string> texts;
    for (const v1::StageCost& cost : pipeline.stage_costs()) {
      texts.push_back(absl::StrFormat("%.17g", time(cost)));
    }
    set(id, std::move(texts));
  };
  const auto set_bytes = [&](FlagId id, const std::function<int64_t(const v1::StageCost&)>& bytes) {
    std::vector<std::string> texts;
    for (const v1::StageCost& cost : pipeline.stage_costs()) {
      texts.push_back(absl::StrCat(bytes(cost)));
    }
    set(id, std::move(texts));
  };
  set(FlagId::kNumStages, {absl::StrCat(pipeline.num_stages())});
  set(FlagId::kChunksPerRank, {absl::StrCat(pipeline.chunks_per_rank())});
  set_times(FlagId::kForwardTimes, [](const v1::StageCost& cost) { return cost.forward(); });
  set_times(FlagId::kBackwardTimes, [](const v1::StageCost& cost) { return cost.backward(); });
  set_times(FlagId::kBackwardInputTimes,
            [](const v1::StageCost& cost) { return cost.backward_input(); });
  set_times(FlagId::kBackwardWeightTimes,
            [](const v1::StageCost& cost) { return cost.backward_weight(); });
  if (pipeline.stage_costs(0).has_overlapped_pair()) {
    set_times(FlagId::kOverlapTimes,
              [](const v1::StageCost& cost) { return cost.overlapped_pair(); });
  }
  set_bytes(FlagId::kActivationBytes,
            [](const v1::StageCost& cost) { return cost.activation_bytes(); });
  set_bytes(FlagId::kWeightGradBytes,
            [](const v1::StageCost& cost) { return cost.weight_grad_bytes(); });
  set_bytes(FlagId::kStaticBytes, [](const v1::StageCost& cost) { return cost.static_bytes(); });
  set(FlagId::kOrder, {"the order found"});
  result.order = found.order();
  return result;
}

// The line that shows how far a search is, on a terminal only.
class ProgressLine {
 public:
  ProgressLine() : shown_(isatty(STDERR_FILENO) != 0) {}
  ~ProgressLine() { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(const v1::SearchStatus& status) const {
    if (!shown_) return;
    WriteStderr(absl::StrCat("\r", ObjectiveName(status.objective()), " ",
                             FormatNumber(status.objective_value()), ", bound ",
                             FormatNumber(status.bound()), ", gap ", FormatPercent(status.gap()),
                             ", ", status.candidates(), " candidates, ",
                             absl::StrFormat("%.1f", status.elapsed()), " s\033[K"));
  }

  void Clear() const {
    if (shown_) WriteStderr("\r\033[K");
  }

 private:
  const bool shown_;
};

std::string FormatCurve(const v1::SearchScheduleResponse& response) {
  const bool is_makespan = response.search().objective() == v1::SEARCH_OBJECTIVE_MAKESPAN;
  Rows rows = {{"memory limit", "peak bytes", "makespan"}};
  if (!is_makespan) rows[0].push_back(ObjectiveName(response.search().objective()));
  rows[0].push_back("bound");
  for (const v1::ParetoPoint& point : response.pareto()) {
    rows.push_back({absl::StrCat(point.memory_limit_bytes()), absl::StrCat(point.peak_bytes()),
                    FormatNumber(point.makespan())});
    if (!is_makespan) rows.back().push_back(FormatNumber(point.objective_value()));
    rows.back().push_back(FormatNumber(point.bound()));
  }
  return FormatTable(rows, /*first_right=*/0);
}

v1::ComputeScheduleResponse ToComputed(const v1::SearchScheduleResponse& found) {
  v1::ComputeScheduleResponse response;
  response.set_digest(found.digest());
  response.set_order_digest(found.order_digest());
  *response.mutable_metrics() = found.metrics();
  *response.mutable_shape() = found.shape();
  return response;
}

// The file: JSON is the response, order text is in it, the rest is asked for.
ExitCode WriteFound(const CommandContext& context, const v1::SearchScheduleResponse& found,
                    const Output& output) {
  if (output.format == OutputFormat::kJson) {
    return WriteOutput(context, output, ToJson(found));
  }
  if (output.format == OutputFormat::kOrder) return WriteOutput(context, output, found.order());
  const CommandContext as_given = ContextOf(context, found);
  const absl::StatusOr<std::string> content =
      MakeContent(as_given, output.format, ToComputed(found));
  if (!content.ok()) return context.FailCall(content.status());
  return WriteOutput(context, output, *content);
}

ExitCode WriteComparison(const CommandContext& context,
                         const v1::CompareSchedulesResponse& response, const Output& output) {
  if (output.format == OutputFormat::kJson) return WriteOutput(context, output, ToJson(response));
  const auto request = BuildComparisonPicture(context.settings, response, output.format);
  if (!request) {
    return context.Fail(LocalFailure(
        ExitCode::kRefused, "NOTHING_TO_DRAW",
        absl::FailedPreconditionError(absl::StrCat(context.settings.Origin(FlagId::kOutput),
                                                   ": no kind with 1 or 2 stages a rank is left "
                                                   "to draw"))));
  }
  const auto not_drawn =
      std::count_if(response.rows().begin(), response.rows().end(),
                    [](const v1::ComparisonRow& row) { return row.left_out().empty(); }) -
      1 - request->compared_size();
  if (not_drawn > 0) {
    context.Remark("note", absl::StrCat("the picture is without ", not_drawn,
                                        not_drawn == 1 ? " line" : " lines",
                                        " of the table: it has each kind once, with at most 2 "
                                        "stages a rank"));
  }
  const auto picture = context.client->RenderSchedule(*request, context.call_options);
  if (!picture.ok()) return context.FailCall(picture.status());
  return WriteOutput(context, output, picture->content());
}

}  // namespace

std::string FormatComparison(const v1::CompareSchedulesResponse& response) {
  Rows rows = {{"kind", "V", "makespan", "bubble rate", "longest rank span", "span bubble rate",
                "gap", "peak bytes", "fits"}};
  Rows left_out;
  for (const v1::ComparisonRow& row : response.rows()) {
    const std::string chunks =
        row.chunks_per_rank() == 0 ? "" : absl::StrCat(row.chunks_per_rank());
    if (!row.left_out().empty()) {
      left_out.push_back({row.name(), chunks, row.left_out()});
      continue;
    }
    const v1::Metrics& metrics = row.metrics();
    rows.push_back({row.name(), chunks, FormatNumber(metrics.makespan()),
                    FormatPercent(metrics.bubble_rate()), FormatNumber(metrics.longest_rank_span()),
                    FormatPercent(metrics.longest_span_bubble_rate()), FormatPercent(metrics.gap()),
                    absl::StrCat(PeakBytes(metrics)), row.fits_memory() ? "yes" : "no"});
  }
  std::string text = FormatTable(rows, /*first_right=*/1);
  if (!left_out.empty()) {
    absl::StrAppend(&text, "\nleft out:\n", FormatTable(left_out, /*first_right=*/3));
  }
  return text;
}

std::string FormatSearch(const v1::SearchScheduleResponse& response, const Settings& settings) {
  const v1::SearchStatus& status = response.search();
  std::string text = FormatTable(
      {{"objective", absl::StrCat(ObjectiveName(status.objective()), " ",
                                  FormatNumber(status.objective_value()))},
       {"bound", absl::StrCat(FormatNumber(status.bound()), " (no order is below it)")},
       {"gap to it", absl::StrCat(FormatPercent(status.gap()),
                                  status.proven_optimal() ? " (proven optimal)" : "")},
       {"candidates",
        absl::StrCat(status.candidates(), " in ", absl::StrFormat("%.2f", status.elapsed()), " s")},
       {"found as", status.found_as().empty() ? "an order of the search" : status.found_as()}},
      /*first_right=*/2);
  if (!response.pareto().empty()) return absl::StrCat(text, "\n", FormatCurve(response));
  Settings as_custom = settings;
  as_custom.Set(FlagId::kOrder, {"", {""}});
  return absl::StrCat(text, "\n", FormatSummary(ToComputed(response), as_custom));
}

ExitCode RunCompareKinds(const CommandContext& context, const std::optional<Output>& output) {
  const auto response =
      context.client->CompareSchedules(BuildCompareRequest(context.settings), context.call_options);
  if (!response.ok()) return context.FailCall(response.status());
  const std::string text = context.json ? ToJson(*response) : FormatComparison(*response);
  if (!output) return context.Print(text);
  const ExitCode written = WriteComparison(context, *response, *output);
  if (written != ExitCode::kOk) return written;
  if (!output->is_stdout()) return context.Print(text);
  WriteStderr(text);
  return ExitCode::kOk;
}

ExitCode RunSearch(const CommandContext& context, const std::optional<Output>& output) {
  v1::SearchScheduleRequest request = BuildSearchRequest(context.settings);
  const bool json_file = output && output->format == OutputFormat::kJson;
  const std::string view = context.settings.Text(FlagId::kView, json_file ? "full" : "summary");
  request.set_with_timeline(view == "full" && (json_file || context.json));
  client::CallOptions options = context.call_options;
  if (context.settings.Find(FlagId::kTimeout) == nullptr) {
    options.timeout = std::max(options.timeout, absl::Seconds(request.time_budget() + kCallSlack));
  }
  v1::SearchScheduleResponse best;
  absl::Status status;
  {
    const ProgressLine line;
    status = context.client->SearchSchedule(
        request,
        [&](v1::SearchScheduleResponse message) {
          line.Show(message.search());
          if (!message.order().empty()) {
            best = std::move(message);
          } else {
            const std::string found_as = best.search().found_as();
            *best.mutable_search() = message.search();
            best.mutable_search()->set_found_as(found_as);
          }
        },
        options);
  }
  const bool interrupted = absl::IsCancelled(status) && !best.order().empty();
  if (!status.ok() && !interrupted) return context.FailCall(status);
  if (interrupted) context.Remark("note", "interrupted: this is the best order so far");
  if (output && !(interrupted && output->format != OutputFormat::kJson &&
                  output->format != OutputFormat::kOrder)) {
    const ExitCode written = WriteFound(context, best, *output);
    if (written != ExitCode::kOk) return written;
  }
  for (const v1::Note& note : best.notes()) context.Remark("note", note.message());
  if (context.settings.Find(FlagId::kView) == nullptr) best.clear_timeline();
  const std::string text = context.json ? ToJson(best) : FormatSearch(best, context.settings);
  if (output && output->is_stdout()) {
    WriteStderr(text);
  } else {
    const ExitCode printed = context.Print(text);
    if (printed != ExitCode::kOk) return printed;
  }
  return interrupted ? ExitCode::kInterrupted : ExitCode::kOk;
}

}  // namespace pipesched::cli
