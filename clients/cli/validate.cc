#include "clients/cli/validate.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "clients/cli/file_writer.h"
#include "clients/cli/json.h"
#include "clients/cli/junit.h"
#include "clients/cli/numbers.h"
#include "clients/cli/request.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {
namespace {

// The rule's name without the prefix of the contract: "DEADLOCK".
std::string RuleName(v1::Rule rule) {
  const std::string& name = v1::Rule_Name(rule);
  return std::string(absl::StripPrefix(name, "RULE_"));
}

std::string TransportName(v1::Transport transport) {
  const std::string& name = v1::Transport_Name(transport);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "TRANSPORT_"));
}

// "rank 0 #3 0SEND_F1: no rank has its 1RECV_F1"; a circle names its actions itself.
std::string Describe(const v1::Finding& finding) {
  if (finding.rule() == v1::RULE_CYCLE || finding.rule() == v1::RULE_DEADLOCK) {
    return finding.message();
  }
  std::string text;
  if (finding.rank() >= 0) absl::StrAppend(&text, "rank ", finding.rank(), " ");
  if (finding.index() >= 0) absl::StrAppend(&text, "#", finding.index(), " ");
  if (!finding.action().empty()) absl::StrAppend(&text, finding.action());
  return absl::StrCat(text, text.empty() ? "" : ": ", finding.message());
}

std::string FormatResult(const v1::ValidateScheduleResponse& response) {
  std::string text;
  for (const v1::Finding& finding : response.findings()) {
    absl::StrAppend(&text, RuleName(finding.rule()), ": ", Describe(finding), "\n");
  }
  const int64_t more = response.finding_count() - response.findings_size();
  if (more > 0) absl::StrAppend(&text, "and ", more, " more\n");
  const std::string about = absl::StrCat(
      Count(response.num_ranks(), "rank", "ranks"), ", ",
      Count(response.num_stages(), "stage", "stages"), ", ",
      Count(response.num_microbatches(), "microbatch", "microbatches"), ", ",
      Count(response.action_count(), "action", "actions"), ", ",
      response.has_transfers() ? absl::StrCat("transport ", TransportName(response.transport()))
                               : "no transfers");
  if (response.safe()) return absl::StrCat("SAFE: ", about, "\n");
  return absl::StrCat(text, "NOT SAFE: ", Count(response.finding_count(), "finding", "findings"),
                      "; ", about, "\n");
}

// A test case a rule.
std::vector<JunitCase> RuleCases(const v1::ValidateScheduleResponse& response) {
  std::vector<JunitCase> cases;
  for (int rule = 1; rule < v1::Rule_ARRAYSIZE; ++rule) {
    JunitCase result{RuleName(static_cast<v1::Rule>(rule)), {}};
    for (const v1::Finding& finding : response.findings()) {
      if (finding.rule() == rule) result.failures.push_back(Describe(finding));
    }
    const bool is_about_transfers =
        rule == v1::RULE_UNMATCHED_TRANSFER || rule == v1::RULE_DEADLOCK;
    if (is_about_transfers && !response.has_transfers()) {
      result.skipped = "the order has no transfers";
    }
    cases.push_back(std::move(result));
  }
  return cases;
}

// The thresholds that are given, each with what exceeds it.
absl::StatusOr<std::vector<JunitCase>> ThresholdCases(const CommandContext& context, bool is_safe) {
  std::vector<JunitCase> cases;
  const Setting* const rate = context.settings.Find(FlagId::kMaxBubbleRate);
  const Setting* const bytes = context.settings.Find(FlagId::kMaxPeakBytes);
  if (rate != nullptr) cases.push_back({"max-bubble-rate", {}});
  if (bytes != nullptr) cases.push_back({"max-peak-bytes", {}});
  if (cases.empty()) return cases;
  if (!is_safe) {
    for (JunitCase& c : cases) c.skipped = "the order cannot run";
    return cases;
  }
  v1::ComputeScheduleRequest request;
  *request.mutable_pipeline() = BuildPipeline(context.settings);
  *request.mutable_schedule() = BuildSchedule(context.settings, context.order);
  const auto response = context.client->ComputeSchedule(request, context.call_options);
  if (!response.ok()) return response.status();
  if (rate != nullptr) {
    const double most = *ParseNumber(rate->texts[0]);
    const double value = response->metrics().bubble_rate();
    if (!(value <= most)) {
      cases[0].failures.push_back(absl::StrCat("bubble rate (idle / total) ", FormatNumber(value),
                                               ", want at most ", rate->texts[0]));
    }
  }
  if (bytes != nullptr) {
    int64_t most = 0;
    if (!absl::SimpleAtoi(bytes->texts[0], &most)) most = INT64_MAX;
    for (const v1::RankMetrics& rank : response->metrics().ranks()) {
      if (rank.peak_bytes() <= most) continue;
      cases.back().failures.push_back(absl::StrCat("rank ", rank.rank(), " holds ",
                                                   rank.peak_bytes(), " bytes, want at most ",
                                                   bytes->texts[0]));
    }
  }
  return cases;
}

ExitCode WriteJunit(const CommandContext& context, const std::vector<JunitCase>& cases) {
  const Setting* const setting = context.settings.Find(FlagId::kJunit);
  if (setting == nullptr) return ExitCode::kOk;
  const Setting* const order = context.settings.Find(FlagId::kOrder);
  const std::string suite = order != nullptr ? order->texts[0] : ScheduleName(context.settings);
  const absl::Status status = context.files->Write(setting->texts[0], FormatJunit(suite, cases));
  if (status.ok()) return ExitCode::kOk;
  return context.Fail(LocalFailure(ExitCode::kCannotWrite, "CANNOT_WRITE", status));
}

}  // namespace

ExitCode RunValidate(const CommandContext& context) {
  v1::ValidateScheduleRequest request;
  *request.mutable_pipeline() = BuildPipeline(context.settings);
  *request.mutable_schedule() = BuildSchedule(context.settings, context.order);
  request.set_transport(TransportOf(context.settings));
  if (context.settings.IsOn(FlagId::kWithComms)) request.set_lowering(v1::LOWERING_EAGER);
  const auto response = context.client->ValidateSchedule(request, context.call_options);
  if (!response.ok()) return context.FailCall(response.status());
  const auto thresholds = ThresholdCases(context, response->safe());
  if (!thresholds.ok()) return context.FailCall(thresholds.status());
  std::vector<JunitCase> cases = RuleCases(*response);
  cases.insert(cases.end(), thresholds->begin(), thresholds->end());
  const ExitCode written = WriteJunit(context, cases);
  if (written != ExitCode::kOk) return written;
  const ExitCode printed =
      context.Print(context.json ? ToJson(*response) : FormatResult(*response));
  if (printed != ExitCode::kOk) return printed;
  std::vector<std::string> exceeded;
  for (const JunitCase& c : *thresholds) {
    for (const std::string& failure : c.failures) {
      exceeded.push_back(absl::StrCat("--", c.name, ": ", failure));
    }
  }
  if (!exceeded.empty()) {
    return context.Fail(LocalFailure(ExitCode::kRefused, "THRESHOLD_EXCEEDED",
                                     absl::FailedPreconditionError(absl::StrJoin(exceeded, "\n"))));
  }
  return response->safe() ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace pipesched::cli
