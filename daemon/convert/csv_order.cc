#include "daemon/convert/csv_order.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/convert/given_order.h"
#include "daemon/convert/stage_cost.h"
#include "engine/exchange/program.h"

namespace pipesched {
namespace {

constexpr char kCsvField[] = "schedule.pytorch_csv";

// The fields of FsdpTimes.
struct FsdpTime {
  ActionKind kind;
  absl::string_view field;
  double (v1::FsdpTimes::*get)() const;
};
constexpr FsdpTime kFsdpTimes[] = {
    {ActionKind::kUnshard, "unshard", &v1::FsdpTimes::unshard},
    {ActionKind::kReshard, "reshard", &v1::FsdpTimes::reshard},
    {ActionKind::kReduceGrad, "reduce_grad", &v1::FsdpTimes::reduce_grad},
};

std::string Path(const FsdpTime& time) { return absl::StrCat("schedule.fsdp_times.", time.field); }

}  // namespace

CsvDialect ConvertDialect(v1::CsvDialect dialect, absl::string_view field, Violations& violations) {
  if (!v1::CsvDialect_IsValid(dialect)) {
    violations.Add(std::string(field),
                   absl::StrCat(static_cast<int>(dialect),
                                ", want CSV_DIALECT_PYTORCH or CSV_DIALECT_PYTORCH_LEGACY"));
  }
  return dialect == v1::CSV_DIALECT_PYTORCH_LEGACY ? CsvDialect::kPyTorchLegacy
                                                   : CsvDialect::kPyTorch;
}

std::optional<Program> ConvertCsv(const v1::Schedule& schedule, const Limits& limits,
                                  Cancelled cancelled, Violations& violations) {
  const CsvDialect dialect =
      ConvertDialect(schedule.csv_dialect(), "schedule.csv_dialect", violations);
  const auto bytes = static_cast<int64_t>(schedule.pytorch_csv().size());
  if (bytes > limits.max_order_text_bytes) {
    violations.AddLimit(kCsvField,
                        absl::StrCat(bytes, " bytes, want at most ", limits.max_order_text_bytes),
                        {"max_order_text_bytes", bytes, limits.max_order_text_bytes});
    return std::nullopt;
  }
  absl::StatusOr<Program> program =
      ReadPyTorchCsv(schedule.pytorch_csv(), dialect, {.max_rows = limits.max_ranks}, cancelled);
  if (absl::IsCancelled(program.status())) {
    violations.Cancel();
    return std::nullopt;
  }
  if (!program.ok()) {
    violations.Add(kCsvField, std::string(program.status().message()));
    return std::nullopt;
  }
  const bool has_op = std::any_of(program->actions.begin(), program->actions.end(),
                                  [](Action action) { return IsCompute(action.kind()); });
  if (!has_op) {
    violations.Add(kCsvField, "no op, want an order");
    return std::nullopt;
  }
  return *std::move(program);
}

std::optional<Program> ConvertProgram(const v1::Schedule& schedule, const Limits& limits,
                                      Cancelled cancelled, Violations& violations) {
  if (schedule.has_pytorch_csv()) return ConvertCsv(schedule, limits, cancelled, violations);
  const std::optional<Order> order = ConvertOrderText(schedule, limits, cancelled, violations);
  if (!order) return std::nullopt;
  return ToProgram(*order);
}

void CheckCsvFields(const v1::Schedule& schedule, Violations& violations) {
  if (schedule.has_pytorch_csv() && schedule.has_order()) {
    violations.Add("schedule.order", "set beside pytorch_csv, want one of them");
  }
  if (!schedule.has_pytorch_csv() && schedule.csv_dialect() != v1::CSV_DIALECT_UNSPECIFIED) {
    violations.Add("schedule.csv_dialect", "set, want it with pytorch_csv");
  }
  if (!schedule.has_pytorch_csv() && schedule.has_fsdp_times()) {
    violations.Add("schedule.fsdp_times", "set, want it with pytorch_csv");
  }
  for (const FsdpTime& time : kFsdpTimes) {
    CheckTime((schedule.fsdp_times().*time.get)(), /*zero_allowed=*/true,
              [&] { return Path(time); }, violations);
  }
}

double TotalFsdpTime(const v1::Schedule& schedule, const Program& program) {
  double total = 0;
  for (const FsdpTime& time : kFsdpTimes) {
    const auto count = std::count_if(program.actions.begin(), program.actions.end(),
                                     [&](Action action) { return action.kind() == time.kind; });
    total += static_cast<double>(count) * (schedule.fsdp_times().*time.get)();
  }
  return total;
}

Pauses ConvertPauses(const v1::Schedule& schedule, const Program& program, TickScale scale,
                     Violations& violations) {
  int64_t ticks[kNumActionKinds] = {};
  bool takes_time = false;
  TickConverter to_ticks(scale, violations);
  for (const FsdpTime& time : kFsdpTimes) {
    // The scale has no room for a time that no action takes.
    const bool taken = std::any_of(program.actions.begin(), program.actions.end(),
                                   [&](Action action) { return action.kind() == time.kind; });
    if (!taken) continue;
    const int64_t value = to_ticks((schedule.fsdp_times().*time.get)(), [&] { return Path(time); });
    ticks[static_cast<size_t>(time.kind)] = value;
    takes_time |= value > 0;
  }
  Pauses pauses;
  if (!takes_time) return pauses;
  pauses.before.reserve(program.actions.size());
  for (int r = 0; r < program.num_ranks(); ++r) {
    int64_t pause = 0;
    for (const Action action : program.rank(r)) {
      pause += ticks[static_cast<size_t>(action.kind())];
      if (IsCompute(action.kind())) pauses.before.push_back(std::exchange(pause, 0));
    }
    pauses.after.push_back(pause);
  }
  return pauses;
}

}  // namespace pipesched
