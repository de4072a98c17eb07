#include "clients/cli/violations.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/text.h"
#include "clients/cli/request.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kRecords = "pipeline.stage_costs";

// "pipeline.stage_costs[3].forward": the pattern "pipeline.stage_costs[].forward"
// and the index 3; -1 without an index.
struct FieldPath {
  std::string pattern;
  int index = -1;
};

FieldPath SplitPath(absl::string_view field) {
  const size_t open = field.find('[');
  const size_t close = field.find(']');
  FieldPath path;
  if (open == absl::string_view::npos || close == absl::string_view::npos || close < open ||
      !absl::SimpleAtoi(field.substr(open + 1, close - open - 1), &path.index)) {
    path.pattern = std::string(field);
    return path;
  }
  path.pattern = absl::StrCat(field.substr(0, open + 1), field.substr(close));
  return path;
}

// `description` with its value, what stands before the first comma or colon,
// replaced by `text`. "1025 bytes" and "2 entries" are no values but counts.
std::string ReplaceValue(const std::string& description, absl::string_view text) {
  const size_t end = description.find_first_of(",:");
  if (end == std::string::npos || description.find(' ') < end) return description;
  return absl::StrCat(text, description.substr(end));
}

// Whether sizes that are not given are those of a file, of which `description` then has
// the value: 0 is what a request has without.
bool IsSizeOfFile(const Flag& flag, const std::string& description, const Settings& settings) {
  return flag.kind == ValueKind::kInteger && settings.Find(FlagId::kOrder) != nullptr &&
         !description.empty() && '1' <= description[0] && description[0] <= '9';
}

// Whether the text that is no op has a comma: "line 1, column 4: ",0B0" is not an op".
bool IsCsvReadAsOrder(absl::string_view description) {
  const std::vector<absl::string_view> parts = absl::StrSplit(description, '"');
  return parts.size() > 2 && absl::StartsWith(parts[2], " is not an op") &&
         absl::StrContains(parts[1], ',');
}

UserViolation Explain(const client::FieldViolation& violation, const Settings& settings) {
  FieldPath path = SplitPath(violation.field);
  // The file that --order gives, and the list that --fsdp-times is.
  if (path.pattern == "schedule.pytorch_csv") path.pattern = "schedule.order";
  if (absl::StartsWith(path.pattern, "schedule.fsdp_times")) path.pattern = "schedule.fsdp_times";
  if (path.pattern == "options.transport") path.pattern = "transport";
  if (path.pattern == "options.end_time") path.pattern = "options.start_time";
  if (path.pattern == "options.ranks[]") path.index = -1;  // One text gives them all.
  const bool compares = settings.Find(FlagId::kCompare) != nullptr;
  if (compares && path.pattern == "compared[].kind" && !HasSchedule(settings)) ++path.index;
  if (compares && path.pattern == "schedule.kind" && !HasSchedule(settings)) {
    path = {"compared[].kind", 0};
  }
  const Flag* flag = FindField(path.pattern);
  const bool whole_list =
      flag == nullptr && path.pattern != "format";  // The length of a list is wrong.
  if (whole_list) flag = FindField(absl::StrCat(path.pattern, "[]"));
  // An export's format is that of the file's name.
  if (path.pattern == "format") flag = &GetFlag(FlagId::kOutput);
  if (path.pattern == "options.lowering" && settings.IsOn(FlagId::kRepair)) {
    return {violation.field, settings.Origin(FlagId::kRepair),
            absl::StrReplaceAll(violation.description,
                                {{"LOWERING_REPAIR: ", ""}, {"LOWERING_SAFE", "--lowering safe"}})};
  }
  if (flag == nullptr) return {violation.field, violation.field, violation.description};

  UserViolation result{violation.field, settings.Origin(flag->id), violation.description};
  const Setting* setting = settings.Find(flag->id);
  if (whole_list) return result;
  if (setting == nullptr && IsSizeOfFile(*flag, violation.description, settings)) {
    const std::string value =
        violation.description.substr(0, violation.description.find_first_of(",:"));
    result.description =
        ReplaceValue(violation.description,
                     absl::StrCat(value, " in ", settings.Find(FlagId::kOrder)->texts[0]));
  } else if (setting == nullptr) {
    const bool has_no_default =
        flag->kind == ValueKind::kInteger || absl::StartsWith(violation.description, "unset");
    result.description = has_no_default ? ReplaceValue(violation.description, "not given")
                                        : absl::StrCat("default ", violation.description);
  } else if (flag->id == FlagId::kOrder || flag->id == FlagId::kFsdpTimes) {
    result.description = absl::StrCat(setting->texts[0], ": ", violation.description,
                                      IsCsvReadAsOrder(violation.description)
                                          ? "; PyTorch CSV wants --dialect, or a name in .csv"
                                          : "");
  } else if (!IsList(flag->kind)) {
    // A text may be long, or no ASCII.
    const std::string& text = setting->texts[0];
    result.description =
        ReplaceValue(violation.description, flag->kind == ValueKind::kText ? Quote(text) : text);
  } else if (setting->texts.size() == 1) {
    result.description = ReplaceValue(violation.description, setting->texts[0]);
  } else if (static_cast<size_t>(path.index) < setting->texts.size()) {
    absl::StrAppend(&result.flag, "[", path.index, "]");
    result.description =
        ReplaceValue(violation.description, setting->texts[static_cast<size_t>(path.index)]);
  }
  return result;
}

// All times that are given, by the flags that take a number: "--p2p-time, ...".
std::string GivenTimes(const Settings& settings) {
  std::vector<std::string> origins;
  for (const Flag& flag : AllFlags()) {
    if (!absl::StartsWith(flag.field, "pipeline.")) continue;
    const bool is_time = flag.kind == ValueKind::kNumber || flag.kind == ValueKind::kNumbers;
    if (is_time && settings.Find(flag.id) != nullptr) origins.push_back(settings.Origin(flag.id));
  }
  return absl::StrJoin(origins, ", ");
}

// The lists that a wrong number of records comes from; else the times, of which
// all together are wrong.
std::vector<UserViolation> ExplainRecords(const client::FieldViolation& violation,
                                          const Settings& settings) {
  const int stages = NumStages(settings);
  const std::string want = stages > 1    ? absl::StrCat("1 or ", stages)
                           : stages == 1 ? "1"
                                         : "1 or as many as there are stages";
  std::vector<UserViolation> result;
  for (const FlagId id : ListsOfWrongLength(settings)) {
    result.push_back({std::string(kRecords), settings.Origin(id),
                      absl::StrCat(settings.Find(id)->texts.size(), " values, want ", want)});
  }
  const std::string times = GivenTimes(settings);
  if (result.empty() && !times.empty()) {
    result.push_back({std::string(kRecords), times, violation.description});
  }
  return result;
}

}  // namespace

std::vector<UserViolation> ExplainViolations(const std::vector<client::FieldViolation>& violations,
                                             const Settings& settings) {
  std::vector<UserViolation> result;
  const auto add = [&](UserViolation violation) {
    const bool known = std::any_of(result.begin(), result.end(), [&](const UserViolation& other) {
      return other.flag == violation.flag && other.description == violation.description;
    });
    if (!known) result.push_back(std::move(violation));
  };
  for (const client::FieldViolation& violation : violations) {
    std::vector<UserViolation> lists;
    if (violation.field == kRecords) lists = ExplainRecords(violation, settings);
    if (lists.empty()) lists.push_back(Explain(violation, settings));
    for (UserViolation& list : lists) add(std::move(list));
  }
  return result;
}

}  // namespace pipesched::cli
