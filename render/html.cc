#include "render/html.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "engine/model/op.h"
#include "engine/model/pipeline.h"
#include "render/escape.h"
#include "render/facts.h"
#include "render/frame.h"
#include "render/json_writer.h"
#include "render/op_columns.h"
#include "render/palette.h"
#include "render/rows.h"

extern "C" {
extern const char pipesched_page_template[];
extern const char pipesched_page_template_end[];
}

namespace pipesched {
namespace {

constexpr struct {
  Paint paint;
  absl::string_view name;
} kPaintNames[] = {{Paint::kIdle, "idle"},         {Paint::kPage, "page"},
                   {Paint::kInk, "ink"},           {Paint::kFaintInk, "faintInk"},
                   {Paint::kGrid, "grid"},         {Paint::kMark, "mark"},
                   {Paint::kMemory, "memory"},     {Paint::kLimit, "limit"},
                   {Paint::kCritical, "critical"}, {Paint::kArrow, "arrow"}};

constexpr OpKind kKinds[kNumOpKinds] = {OpKind::kForward, OpKind::kBackward, OpKind::kBackwardInput,
                                        OpKind::kBackwardWeight};

void WriteTheme(Theme theme, JsonWriter& json) {
  json.BeginObject();
  json.Key("paints");
  json.BeginObject();
  for (const auto& [paint, name] : kPaintNames) {
    json.Key(name);
    json.String(ToHex(ColourOf(theme, paint)));
  }
  json.EndObject();
  const auto write_kinds = [&](absl::string_view key, auto colour_of) {
    json.Key(key);
    json.BeginList();
    for (uint8_t shade = 0; shade <= kPalest; ++shade) {
      json.BeginList();
      for (const OpKind kind : kKinds) json.String(ToHex(colour_of(PaintOf(kind), shade)));
      json.EndList();
    }
    json.EndList();
  };
  write_kinds("ops", [&](Paint paint, uint8_t shade) { return ColourOf(theme, paint, shade); });
  write_kinds("inks", [&](Paint paint, uint8_t shade) {
    return ColourOf(theme, InkOn(theme, paint, shade));
  });
  json.EndObject();
}

// Writes numbers as a list under a key.
template <typename Number>
void WriteNumbers(absl::string_view key, size_t count, Number number, JsonWriter& json) {
  json.Key(key);
  json.BeginList();
  for (size_t i = 0; i < count; ++i) json.Number(number(i));
  json.EndList();
}

// What ranks hold, in bytes, or in activations where no cost names bytes.
void WriteMemory(const Subject& subject, bool in_bytes, JsonWriter& json) {
  const Pipeline& pipeline = subject.pipeline;
  const auto num_stages = pipeline.stages.size();
  WriteNumbers(
      "taken", num_stages,
      [&](size_t s) { return in_bytes ? pipeline.stages[s].activation_bytes : 1; }, json);
  WriteNumbers(
      "kept", num_stages,
      [&](size_t s) { return in_bytes ? pipeline.stages[s].weight_grad_bytes : 1; }, json);
  WriteNumbers(
      "staticBytes", static_cast<size_t>(subject.placement.num_ranks()),
      [&](size_t rank) {
        double bytes = 0;
        for (const int stage : subject.placement.StagesOf(static_cast<int>(rank))) {
          bytes += static_cast<double>(pipeline.stages[static_cast<size_t>(stage)].static_bytes);
        }
        return bytes;
      },
      json);
  WriteNumbers(
      "limits", in_bytes ? pipeline.memory_limit_bytes.size() : 0,
      [&](size_t rank) { return pipeline.memory_limit_bytes[rank]; }, json);
}

// What the page shows first.
void WriteFirst(absl::Span<const Subject> subjects, const PictureOptions& options,
                const TickScale& scale, int64_t step, JsonWriter& json) {
  const double unit = scale.ToUnits(step);
  json.BeginObject();
  json.Key("theme");
  json.String(options.theme == Theme::kDark ? "dark" : "light");
  json.Key("critical");
  json.Bool(options.critical_path);
  json.Key("memory");
  json.Bool(ShowsMemory(subjects, options));
  json.Key("arrows");
  json.Bool(options.arrows);
  json.Key("from");
  json.Number(options.start_time / unit);
  json.Key("to");
  if (options.end_time) {
    json.Number(*options.end_time / unit);
  } else {
    json.Null();
  }
  json.Key("ranks");
  json.BeginList();
  if (!options.ranks.empty()) {
    const auto [least, most] = std::minmax_element(options.ranks.begin(), options.ranks.end());
    json.Number(*least);
    json.Number(*most);
  }
  json.EndList();
  json.EndObject();
}

// What is said in words: the costs of one schedule, or the table of several, and what
// they were computed from.
void WriteFacts(absl::Span<const Subject> subjects, const PictureOptions& options,
                JsonWriter& json) {
  const auto write_list = [&json](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) json.String(text);
  };
  const bool single = subjects.size() == 1;
  json.Key("facts");
  json.BeginList();
  if (single) write_list(FactsOf(subjects[0], options));
  write_list(AssumptionsOf(subjects, options.labels));
  json.EndList();
  json.Key("table");
  json.BeginList();
  for (const std::vector<std::string>& row :
       single ? ComparisonRows() : ComparisonTable(subjects)) {
    json.BeginList();
    write_list(row);
    json.EndList();
  }
  json.EndList();
}

absl::Status WriteSchedule(const Subject& subject, const PictureOptions& options, bool in_bytes,
                           int64_t step, int finest, Cancelled cancelled, JsonWriter& json) {
  const Pipeline& pipeline = subject.pipeline;
  const int num_ranks = subject.order.num_ranks();
  const int num_microbatches = pipeline.shape.num_microbatches;
  json.BeginObject();
  json.Key("name");
  json.String(SizesOf(subject));
  json.Key("heading");
  json.String(absl::StrCat(SizesOf(subject), " \u00B7 ",
                           absl::StrJoin(FactsOf(subject, options), " \u00B7 ")));
  json.Key("stretch");
  json.Number(std::pow(10.0, pipeline.scale.exponent() - finest));
  json.Key("stages");
  json.Number(subject.placement.num_stages());
  json.Key("microbatches");
  json.Number(num_microbatches);
  WriteNumbers(
      "rankOps", static_cast<size_t>(num_ranks),
      [&](size_t rank) { return subject.order.rank(static_cast<int>(rank)).size(); }, json);

  const Shades shades(subject);
  const bool two_replicas = subject.placement.num_replicas() > 1;
  json.Key("chunks");
  json.Number(shades.num_chunks());
  WriteNumbers(
      "shades", pipeline.stages.size(),
      [&](size_t s) { return int{shades.Of(Op(OpKind::kForward, static_cast<int>(s), 0))}; }, json);
  json.Key("secondShade");
  json.Number(int{shades.Of(Op(OpKind::kForward, 0, num_microbatches - 1))});
  json.Key("secondReplicaFrom");
  json.Number(two_replicas ? num_microbatches / 2 : num_microbatches);

  WriteNumbers(
      "p2pForward", pipeline.p2p_forward.size(),
      [&](size_t s) { return pipeline.p2p_forward[s] / step; }, json);
  WriteNumbers(
      "p2pBackward", pipeline.p2p_backward.size(),
      [&](size_t s) { return pipeline.p2p_backward[s] / step; }, json);
  WriteMemory(subject, in_bytes, json);

  std::string ops;
  ops.reserve(subject.order.ops.size() * 5);
  for (int rank = 0; rank < num_ranks; ++rank) {
    if (cancelled()) return absl::CancelledError("cancelled while writing the page");
    AppendOps(subject.order, subject.timeline, rank, step, ops);
  }
  json.Key("ops");
  json.String(absl::Base64Escape(ops));
  json.Key("criticalPath");
  json.String(absl::Base64Escape(EncodeIndices(subject.metrics.critical_path.ops)));
  json.EndObject();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WriteHtml(absl::Span<const Subject> subjects,
                                      const PictureOptions& options, Cancelled cancelled) {
  // The page counts in the finest ticks; what is in coarser ones is stretched.
  TickScale scale = subjects[0].pipeline.scale;
  int64_t step = 0;
  bool in_bytes = false;
  for (const Subject& subject : subjects) {
    if (subject.pipeline.scale.exponent() < scale.exponent()) scale = subject.pipeline.scale;
    std::vector<int64_t> transfers = subject.pipeline.p2p_forward;
    transfers.insert(transfers.end(), subject.pipeline.p2p_backward.begin(),
                     subject.pipeline.p2p_backward.end());
    transfers.push_back(step);
    step = CommonStep(subject.timeline, transfers);
    in_bytes |= NamesBytes(subject.pipeline);
  }
  step = std::max<int64_t>(1, step);
  const std::string title = TitleOf(subjects, options.labels);
  JsonWriter json;
  json.BeginObject();
  json.Key("title");
  json.String(title);
  json.Key("unit");
  json.String(TimeUnit(options.labels));
  json.Key("tick");
  json.Number(scale.ToUnits(step));
  json.Key("memoryIn");
  json.String(in_bytes ? "bytes" : "activations");
  json.Key("themes");
  json.BeginObject();
  json.Key("light");
  WriteTheme(Theme::kLight, json);
  json.Key("dark");
  WriteTheme(Theme::kDark, json);
  json.EndObject();
  json.Key("first");
  WriteFirst(subjects, options, scale, step, json);
  WriteFacts(subjects, options, json);
  json.Key("schedules");
  json.BeginList();
  for (const Subject& subject : subjects) {
    absl::Status status =
        WriteSchedule(subject, options, in_bytes, step, scale.exponent(), cancelled, json);
    if (!status.ok()) return status;
  }
  json.EndList();
  json.EndObject();
  const absl::string_view page(
      pipesched_page_template,
      static_cast<size_t>(pipesched_page_template_end - pipesched_page_template));
  return absl::StrReplaceAll(page, {{"@TITLE@", EscapeMarkup(title)}, {"@PLAN@", json.text()}});
}

}  // namespace pipesched
