#include "clients/cli/picture.h"

#include <cstddef>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include "clients/cli/environment.h"
#include "clients/cli/numbers.h"
#include "clients/cli/request.h"

namespace pipesched::cli {
namespace {

constexpr int64_t kMostRanks = 65'536;

// Of a comparison: pictures, and stages that one of them has on a rank.
constexpr int kMostPictures = 32;
constexpr int kMostChunks = 2;

v1::RenderFormat ToRenderFormat(OutputFormat format) {
  switch (format) {
    case OutputFormat::kPng: return v1::RENDER_FORMAT_PNG;
    case OutputFormat::kSvg: return v1::RENDER_FORMAT_SVG;
    case OutputFormat::kPdf: return v1::RENDER_FORMAT_PDF;
    case OutputFormat::kHtml: return v1::RENDER_FORMAT_HTML;
    case OutputFormat::kText: return v1::RENDER_FORMAT_TEXT;
    default: break;
  }
  return v1::RENDER_FORMAT_UNSPECIFIED;
}

int32_t Int32(const Setting& setting) { return ToInt32(*ParseInteger(setting.texts[0])); }

}  // namespace

std::optional<TimeRangeText> ParseTimeRange(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2) return std::nullopt;
  TimeRangeText range{ParseNumber(parts[0]), ParseNumber(parts[1])};
  const bool bad = (!parts[0].empty() && !range.start) || (!parts[1].empty() && !range.end);
  if (bad) return std::nullopt;
  return range;
}

std::optional<std::pair<int32_t, int32_t>> ParseRanks(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('-', 1));
  const std::optional<int64_t> first = ParseInteger(parts[0]);
  const std::optional<int64_t> last = parts.size() == 1 ? first : ParseInteger(parts[1]);
  if (!first || !last || *first < 0 || *last < *first || *last - *first > kMostRanks ||
      *last > kMostRanks) {
    return std::nullopt;
  }
  return std::make_pair(static_cast<int32_t>(*first), static_cast<int32_t>(*last));
}

v1::RenderOptions BuildRenderOptions(const Settings& settings) {
  v1::RenderOptions options;
  options.set_title(settings.Text(FlagId::kTitle));
  options.set_time_unit(settings.Text(FlagId::kTimeUnit));
  if (settings.Text(FlagId::kTheme) == "dark") options.set_theme(v1::THEME_DARK);
  options.set_show_arrows(settings.IsOn(FlagId::kArrows));
  options.set_show_critical_path(settings.IsOn(FlagId::kCriticalPath));
  const std::string memory = settings.Text(FlagId::kMemoryCurve);
  if (memory == "on") options.set_memory(v1::MEMORY_CURVE_ON);
  if (memory == "off") options.set_memory(v1::MEMORY_CURVE_OFF);
  if (const Setting* setting = settings.Find(FlagId::kTimeRange)) {
    const TimeRangeText range = *ParseTimeRange(setting->texts[0]);
    if (range.start) options.set_start_time(*range.start);
    if (range.end) options.set_end_time(*range.end);
  }
  if (const Setting* setting = settings.Find(FlagId::kRanks)) {
    const auto [first, last] = *ParseRanks(setting->texts[0]);
    for (int32_t rank = first; rank <= last; ++rank) options.add_ranks(rank);
  }
  if (const Setting* setting = settings.Find(FlagId::kWidth)) options.set_width(Int32(*setting));
  if (const Setting* setting = settings.Find(FlagId::kHeight)) options.set_height(Int32(*setting));
  if (const Setting* setting = settings.Find(FlagId::kScale)) {
    options.set_scale(*ParseNumber(setting->texts[0]));
  }
  if (const Setting* setting = settings.Find(FlagId::kColumns)) {
    options.mutable_text()->set_columns(Int32(*setting));
  }
  if (settings.IsOn(FlagId::kAscii)) options.mutable_text()->set_ascii(true);
  return options;
}

v1::RenderScheduleRequest BuildRenderRequest(const CommandContext& context,
                                             v1::RenderFormat format) {
  const Settings& settings = context.settings;
  v1::RenderScheduleRequest request;
  *request.mutable_pipeline() = BuildPipeline(settings);
  *request.mutable_schedule() = BuildSchedule(settings, context.order);
  request.set_format(format);
  *request.mutable_options() = BuildRenderOptions(settings);
  const Setting* compared = settings.Find(FlagId::kCompare);
  if (compared == nullptr) return request;
  const bool has_first = HasSchedule(settings);
  for (size_t i = 0; i < compared->texts.size(); ++i) {
    v1::Schedule& schedule =
        i == 0 && !has_first ? *request.mutable_schedule() : *request.add_compared();
    schedule.set_kind(ParseKind(compared->texts[i]));
  }
  return request;
}

std::optional<v1::RenderScheduleRequest> BuildComparisonPicture(
    const Settings& settings, const v1::CompareSchedulesResponse& table, OutputFormat format) {
  v1::RenderScheduleRequest request;
  *request.mutable_pipeline() = BuildPipeline(settings);
  request.mutable_pipeline()->clear_chunks_per_rank();
  request.set_format(ToRenderFormat(format));
  *request.mutable_options() = BuildRenderOptions(settings);
  request.mutable_options()->clear_ranks();  // A comparison shows all.
  std::set<v1::ScheduleKind> drawn;
  for (const v1::ComparisonRow& row : table.rows()) {
    if (!row.left_out().empty() || row.chunks_per_rank() > kMostChunks) continue;
    if (drawn.size() == kMostPictures || !drawn.insert(row.kind()).second) continue;
    v1::Schedule& schedule =
        drawn.size() == 1 ? *request.mutable_schedule() : *request.add_compared();
    schedule.set_kind(row.kind());
  }
  if (drawn.empty()) return std::nullopt;
  return request;
}

absl::StatusOr<v1::RenderScheduleResponse> Draw(const CommandContext& context,
                                                OutputFormat format) {
  return context.client->RenderSchedule(BuildRenderRequest(context, ToRenderFormat(format)),
                                        context.call_options);
}

absl::StatusOr<v1::RenderScheduleResponse> DrawForTerminal(const CommandContext& context,
                                                           int descriptor) {
  v1::RenderScheduleRequest request = BuildRenderRequest(context, v1::RENDER_FORMAT_TEXT);
  v1::TextStyle& style = *request.mutable_options()->mutable_text();
  if (style.columns() == 0) style.set_columns(TerminalColumns(descriptor));
  style.set_color(UseColor(context.settings.Text(FlagId::kColor, "auto"), descriptor));
  if (!LocaleIsUtf8()) style.set_ascii(true);
  return context.client->RenderSchedule(request, context.call_options);
}

}  // namespace pipesched::cli
