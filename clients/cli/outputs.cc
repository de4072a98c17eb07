#include "clients/cli/outputs.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "clients/cli/request.h"

namespace pipesched::cli {
namespace {

struct FormatInfo {
  OutputFormat format;
  absl::string_view name;    // of --output-format
  absl::string_view ending;  // of a file
  bool is_picture;
};
constexpr FormatInfo kFormats[] = {
    {OutputFormat::kPng, "png", ".png", true},
    {OutputFormat::kSvg, "svg", ".svg", true},
    {OutputFormat::kPdf, "pdf", ".pdf", true},
    {OutputFormat::kHtml, "html", ".html", true},
    {OutputFormat::kText, "txt", ".txt", true},
    {OutputFormat::kJson, "json", ".json", false},
    {OutputFormat::kOrder, "order", ".order", false},
    {OutputFormat::kCsv, "csv", ".csv", false},
    {OutputFormat::kTrace, "trace", ".trace.json", false},
    {OutputFormat::kMegatron, "megatron", ".megatron.json", false},
    {OutputFormat::kDeepSpeed, "deepspeed", ".deepspeed", false},
};

const FormatInfo* FindByName(absl::string_view name) {
  for (const FormatInfo& info : kFormats) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

// The longest ending that is one: .trace.json, not .json.
const FormatInfo* FindByEnding(absl::string_view path) {
  const FormatInfo* found = nullptr;
  for (const FormatInfo& info : kFormats) {
    if (!absl::EndsWithIgnoreCase(path, info.ending)) continue;
    if (found == nullptr || info.ending.size() > found->ending.size()) found = &info;
  }
  return found;
}

// render and compare draw, export does not; the response of compare is JSON too.
bool Writes(Command command, const FormatInfo& info) {
  switch (command) {
    case kRender: return info.is_picture;
    case kExport: return !info.is_picture;
    case kCompareKinds: return info.is_picture || info.format == OutputFormat::kJson;
    default: return true;
  }
}

absl::string_view WhatIsWritten(Command command) {
  switch (command) {
    case kRender: return ": render writes pictures";
    case kExport: return ": export writes no pictures, render does";
    default: return ": compare writes pictures and JSON";
  }
}

std::string Endings(Command command) {
  std::string result;
  for (const FormatInfo& info : kFormats) {
    if (!Writes(command, info)) continue;
    absl::StrAppend(&result, result.empty() ? "" : " ", info.ending);
  }
  return result;
}

// Whether the file can hold what flags ask to put into it. A config file may say it for
// other files.
absl::Status CheckTransferFlags(const Settings& settings, const FormatInfo& format) {
  if (format.format == OutputFormat::kCsv) return absl::OkStatus();
  for (const FlagId id : {FlagId::kWithComms, FlagId::kLowering, FlagId::kRepair}) {
    if (format.format == OutputFormat::kDeepSpeed) break;
    const Setting* setting = settings.Find(id);
    if (setting == nullptr || setting->origin != LongName(GetFlag(id))) continue;
    return absl::InvalidArgumentError(absl::StrCat(setting->origin, ": a ", format.ending,
                                                   " file holds no SEND and RECV, want .csv"));
  }
  const Setting* dialect = settings.Find(FlagId::kOutputDialect);
  if (dialect == nullptr || dialect->origin != LongName(GetFlag(FlagId::kOutputDialect))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(dialect->origin, ": a ", format.ending, " file has no dialect, want .csv"));
}

}  // namespace

absl::StatusOr<std::optional<Output>> ChooseOutput(Command command, const Settings& settings) {
  const bool is_render = command == kRender;
  if (command == kExport && settings.Find(FlagId::kOutput) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--output: export wants a file, one of ", Endings(command)));
  }
  if (settings.IsOn(FlagId::kRepair) && settings.Find(FlagId::kLowering) != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(settings.Origin(FlagId::kRepair), ": moves SEND and RECV, ",
                     settings.Origin(FlagId::kLowering), " puts them in anew, want one of them"));
  }
  const bool pictures = !settings.IsOn(FlagId::kNoVisualization) || is_render;
  const bool is_json = settings.Text(FlagId::kFormat) == "json" && !is_render;
  const std::string origin = settings.Origin(FlagId::kOutput);
  if (settings.IsOn(FlagId::kDraw) && is_json) {
    return absl::InvalidArgumentError(
        absl::StrCat(settings.Origin(FlagId::kDraw), ": draws where --format json prints"));
  }
  const Setting* const compared = settings.Find(FlagId::kCompare);
  if (compared != nullptr && compared->texts.size() == 1 && !HasSchedule(settings)) {
    return absl::InvalidArgumentError(absl::StrCat(
        settings.Origin(FlagId::kCompare), ": one kind, want two or more, or one and --schedule"));
  }
  const FormatInfo* named = FindByName(settings.Text(FlagId::kOutputFormat));
  const FormatInfo* format = named;
  std::string path;
  if (const Setting* setting = settings.Find(FlagId::kOutput)) {
    path = setting->texts[0];
    const FormatInfo* ending = FindByEnding(path);
    if (path == "-" && named == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(origin, ": - needs --output-format"));
    }
    if (named != nullptr && ending != nullptr && named != ending) {
      return absl::InvalidArgumentError(absl::StrCat(
          origin, ": ", Quote(path), " does not end as --output-format ", named->name));
    }
    if (named == nullptr) format = ending;
    if (format == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(origin, ": unknown ending of ", Quote(path),
                                                     ", want one of ", Endings(command)));
    }
  } else {
    if (named == nullptr && (is_json || settings.IsOn(FlagId::kDraw))) return std::nullopt;
    if (named == nullptr) format = FindByEnding(".png");
    const bool compares = command == kCompareKinds || settings.Find(FlagId::kCompare) != nullptr;
    path =
        absl::StrCat("pipeline_", compares ? "comparison" : ScheduleName(settings), format->ending);
  }
  if (!Writes(command, *format)) {
    return absl::InvalidArgumentError(
        absl::StrCat(named != nullptr ? settings.Origin(FlagId::kOutputFormat) : origin,
                     WhatIsWritten(command), ", want one of ", Endings(command)));
  }
  if (const absl::Status status = CheckTransferFlags(settings, *format); !status.ok()) {
    return status;
  }
  if (format->is_picture && !pictures) {
    if (path != "-") return std::nullopt;
    return absl::InvalidArgumentError(absl::StrCat(origin, ": - wants the picture that ",
                                                   settings.Origin(FlagId::kNoVisualization),
                                                   " leaves out"));
  }
  return Output{format->format, std::move(path)};
}

}  // namespace pipesched::cli
