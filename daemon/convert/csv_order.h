#ifndef PIPESCHED_DAEMON_CONVERT_CSV_ORDER_H_
#define PIPESCHED_DAEMON_CONVERT_CSV_ORDER_H_

#include <optional>

#include "daemon/errors.h"
#include "daemon/limits.h"
#include "engine/exchange/action.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/model/cancel.h"
#include "engine/model/pauses.h"
#include "engine/model/ticks.h"
#include "pipesched/v1/exchange.pb.h"
#include "pipesched/v1/schedule.pb.h"

namespace pipesched {

// The dialect of a request. Adds one that this version does not know to `violations`.
CsvDialect ConvertDialect(v1::CsvDialect dialect, absl::string_view field, Violations& violations);

// The file in schedule.pytorch_csv, read. Adds one that is too large, or no such file, to
// `violations`, and then returns nothing; nor where `cancelled` says so, which it tells
// them.
std::optional<Program> ConvertCsv(const v1::Schedule& schedule, const Limits& limits,
                                  Cancelled cancelled, Violations& violations);

// The order of a custom schedule as a program: the file's, or the order text's. As
// ConvertCsv for the rest.
std::optional<Program> ConvertProgram(const v1::Schedule& schedule, const Limits& limits,
                                      Cancelled cancelled, Violations& violations);

// Adds fsdp_times that are no times, and what belongs to a file where there is none, to
// `violations`.
void CheckCsvFields(const v1::Schedule& schedule, Violations& violations);

// What the FSDP actions of a program take in all, in the caller's unit. The times are
// right by themselves.
double TotalFsdpTime(const v1::Schedule& schedule, const Program& program);

// The FSDP actions of a program as pauses of its order; none if they take no time. Adds
// times that round to 0 ticks to `violations`.
Pauses ConvertPauses(const v1::Schedule& schedule, const Program& program, TickScale scale,
                     Violations& violations);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_CSV_ORDER_H_
