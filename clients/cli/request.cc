#include "clients/cli/request.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/numbers.h"

namespace pipesched::cli {
namespace {

// The lists of which each value belongs to a stage.
struct TimeList {
  FlagId id;
  void (v1::StageCost::*set)(double);
};
constexpr TimeList kTimeLists[] = {
    {FlagId::kForwardTimes, &v1::StageCost::set_forward},
    {FlagId::kBackwardTimes, &v1::StageCost::set_backward},
    {FlagId::kBackwardInputTimes, &v1::StageCost::set_backward_input},
    {FlagId::kBackwardWeightTimes, &v1::StageCost::set_backward_weight},
    {FlagId::kOverlapTimes, &v1::StageCost::set_overlapped_pair},
};
struct ByteList {
  FlagId id;
  void (v1::StageCost::*set)(int64_t);
};
constexpr ByteList kByteLists[] = {
    {FlagId::kActivationBytes, &v1::StageCost::set_activation_bytes},
    {FlagId::kWeightGradBytes, &v1::StageCost::set_weight_grad_bytes},
    {FlagId::kStaticBytes, &v1::StageCost::set_static_bytes},
};

// Settings hold only texts that parse.
double Number(const std::string& text) { return *ParseNumber(text); }
int64_t Integer(const std::string& text) { return *ParseInteger(text); }
// int64 holds all bytes that are allowed: what it cannot hold becomes what is not.
int64_t Bytes(const std::string& text) {
  int64_t value = 0;
  return absl::SimpleAtoi(text, &value) ? value : -1;
}
int32_t Int32(const std::string& text) { return ToInt32(Integer(text)); }

// Calls visit(list) for each list of stages that is given.
template <typename Visit>
void ForEachStageList(const Settings& settings, Visit visit) {
  for (const TimeList& list : kTimeLists) {
    if (const Setting* setting = settings.Find(list.id)) visit(list.id, *setting);
  }
  for (const ByteList& list : kByteLists) {
    if (const Setting* setting = settings.Find(list.id)) visit(list.id, *setting);
  }
}

size_t CountRecords(const Settings& settings) {
  size_t longest = 0;
  ForEachStageList(settings, [&](FlagId, const Setting& setting) {
    longest = std::max(longest, setting.texts.size());
  });
  const bool wrong = !ListsOfWrongLength(settings).empty();
  const bool looks_right = longest == static_cast<size_t>(NumStages(settings));
  return wrong && looks_right ? longest + 1 : longest;
}

void FillRecords(const Settings& settings, v1::Pipeline& pipeline) {
  const size_t num_records = CountRecords(settings);
  for (size_t s = 0; s < num_records; ++s) {
    v1::StageCost& cost = *pipeline.add_stage_costs();
    const auto fill = [&](const auto& list, const auto& parse) {
      const Setting* setting = settings.Find(list.id);
      if (setting == nullptr) return;
      const std::vector<std::string>& texts = setting->texts;
      if (texts.size() == 1) {
        (cost.*list.set)(parse(texts[0]));
      } else if (s < texts.size()) {
        (cost.*list.set)(parse(texts[s]));
      }
    };
    for (const TimeList& list : kTimeLists) fill(list, Number);
    for (const ByteList& list : kByteLists) fill(list, Bytes);
  }
}

v1::CsvDialect DialectOf(absl::string_view name) {
  if (name == "pytorch") return v1::CSV_DIALECT_PYTORCH;
  if (name == "pytorch-legacy") return v1::CSV_DIALECT_PYTORCH_LEGACY;
  return v1::CSV_DIALECT_UNSPECIFIED;
}

void FillFsdpTimes(const Settings& settings, v1::Schedule& schedule) {
  const Setting* setting = settings.Find(FlagId::kFsdpTimes);
  if (setting == nullptr) return;
  v1::FsdpTimes& times = *schedule.mutable_fsdp_times();
  const auto given = ParseFsdpTimes(setting->texts[0]);
  if (!given) return;  // Not reached: settings hold only texts that parse.
  for (const auto& [name, value] : *given) {
    if (name == "unshard") times.set_unshard(value);
    if (name == "reshard") times.set_reshard(value);
    if (name == "reduce_grad") times.set_reduce_grad(value);
  }
}

}  // namespace

int NumStages(const Settings& settings) {
  const Setting* setting = settings.Find(FlagId::kNumStages);
  return setting != nullptr ? Int32(setting->texts[0]) : 0;
}

std::vector<FlagId> ListsOfWrongLength(const Settings& settings) {
  std::vector<FlagId> wrong;
  ForEachStageList(settings, [&](FlagId id, const Setting& setting) {
    const size_t length = setting.texts.size();
    if (length != 1 && length != static_cast<size_t>(NumStages(settings))) wrong.push_back(id);
  });
  std::sort(wrong.begin(), wrong.end());
  return wrong;
}

v1::Pipeline BuildPipeline(const Settings& settings) {
  v1::Pipeline pipeline;
  pipeline.set_num_stages(NumStages(settings));
  if (const Setting* setting = settings.Find(FlagId::kNumBatches)) {
    pipeline.set_num_microbatches(Int32(setting->texts[0]));
  }
  if (const Setting* setting = settings.Find(FlagId::kChunksPerRank)) {
    pipeline.set_chunks_per_rank(Int32(setting->texts[0]));
  }
  if (const Setting* setting = settings.Find(FlagId::kP2pTime)) {
    pipeline.set_p2p_time(Number(setting->texts[0]));
  }
  if (const Setting* setting = settings.Find(FlagId::kP2pTimesForward)) {
    for (const std::string& text : setting->texts) pipeline.add_p2p_times_forward(Number(text));
  }
  if (const Setting* setting = settings.Find(FlagId::kP2pTimesBackward)) {
    for (const std::string& text : setting->texts) pipeline.add_p2p_times_backward(Number(text));
  }
  if (const Setting* setting = settings.Find(FlagId::kMemoryLimit)) {
    for (const std::string& text : setting->texts) pipeline.add_memory_limit_bytes(Bytes(text));
  }
  FillRecords(settings, pipeline);
  return pipeline;
}

bool HasSchedule(const Settings& settings) {
  return settings.Find(FlagId::kSchedule) != nullptr || settings.Find(FlagId::kOrder) != nullptr;
}

v1::ScheduleKind ParseKind(const std::string& name) {
  v1::ScheduleKind kind = v1::SCHEDULE_KIND_UNSPECIFIED;
  if (name == absl::AsciiStrToLower(name)) {
    v1::ScheduleKind_Parse(absl::StrCat("SCHEDULE_KIND_", absl::AsciiStrToUpper(name)), &kind);
  }
  return kind;
}

std::string ScheduleName(const Settings& settings) {
  const bool has_order = settings.Find(FlagId::kOrder) != nullptr;
  return settings.Text(FlagId::kSchedule, has_order ? "custom" : "1f1b");
}

bool IsCsvOrder(const Settings& settings) {
  return absl::EndsWithIgnoreCase(settings.Text(FlagId::kOrder), ".csv") ||
         settings.Find(FlagId::kDialect) != nullptr;
}

v1::Transport TransportOf(const Settings& settings) {
  v1::Transport transport = v1::TRANSPORT_UNSPECIFIED;
  v1::Transport_Parse(
      absl::StrCat("TRANSPORT_", absl::AsciiStrToUpper(settings.Text(FlagId::kTransport))),
      &transport);
  return transport;
}

v1::ExportOptions BuildExportOptions(const Settings& settings) {
  v1::ExportOptions options;
  options.set_dialect(
      DialectOf(settings.Text(FlagId::kOutputDialect, settings.Text(FlagId::kDialect))));
  options.set_transport(TransportOf(settings));
  const std::string lowering = settings.Text(FlagId::kLowering);
  if (settings.IsOn(FlagId::kRepair)) {
    options.set_lowering(v1::LOWERING_REPAIR);
  } else if (lowering == "eager") {
    options.set_lowering(v1::LOWERING_EAGER);
  } else if (lowering == "safe") {
    options.set_lowering(v1::LOWERING_SAFE);
  }
  return options;
}

v1::Schedule BuildSchedule(const Settings& settings, const std::optional<std::string>& order) {
  v1::Schedule schedule;
  schedule.set_kind(ParseKind(ScheduleName(settings)));
  if (const Setting* group = settings.Find(FlagId::kMicrobatchGroupSize)) {
    schedule.set_microbatch_group_size(ToInt32(Integer(group->texts[0])));
  }
  if (order && IsCsvOrder(settings)) {
    schedule.set_pytorch_csv(*order);
    schedule.set_csv_dialect(DialectOf(settings.Text(FlagId::kDialect)));
  } else if (order) {
    schedule.set_order(*order);
  } else if (settings.Find(FlagId::kDialect) != nullptr) {
    schedule.set_csv_dialect(v1::CSV_DIALECT_PYTORCH);  // For the service to refuse.
  }
  FillFsdpTimes(settings, schedule);
  if (const Setting* map = settings.Find(FlagId::kStageToRank)) {
    for (const std::string& text : map->texts) schedule.add_stage_to_rank(Int32(text));
  }
  return schedule;
}

}  // namespace pipesched::cli
