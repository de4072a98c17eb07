#ifndef PIPESCHED_CLIENTS_CLI_REQUEST_H_
#define PIPESCHED_CLIENTS_CLI_REQUEST_H_

#include <optional>
#include <string>
#include <vector>

#include "clients/cli/settings.h"
#include "pipesched/v1/exchange.pb.h"
#include "pipesched/v1/pipeline.pb.h"
#include "pipesched/v1/schedule.pb.h"

namespace pipesched::cli {

// The pipeline that the settings describe, right or wrong: the service checks
// it. Whole numbers that a field cannot hold are the nearest that it can, and bytes
// -1: the service refuses both.
//
// A list of one value stands for all stages, one of num_stages values has a
// value a stage. If a list has another length, so has stage_costs: more records
// than any list has values, and never one that the service takes.
v1::Pipeline BuildPipeline(const Settings& settings);

// Whether the order file is PyTorch CSV: by its ending, or since --dialect is given.
bool IsCsvOrder(const Settings& settings);

// The transport, dialect and lowering that are given.
v1::Transport TransportOf(const Settings& settings);
v1::ExportOptions BuildExportOptions(const Settings& settings);

// The schedule that the settings name; a name that the contract does not know is
// UNSPECIFIED. `order` is the text of the order file, if one is given.
v1::Schedule BuildSchedule(const Settings& settings, const std::optional<std::string>& order);

// Whether the schedule is given, not the default.
bool HasSchedule(const Settings& settings);

// The kind of that name in lower case; UNSPECIFIED if the contract has none.
v1::ScheduleKind ParseKind(const std::string& name);

// The name of its kind: what is given, else "custom" where there is an order file.
std::string ScheduleName(const Settings& settings);

// Lists that have neither one value nor one a stage, in the order of the table.
std::vector<FlagId> ListsOfWrongLength(const Settings& settings);

// Stages that the settings ask for, as the request says it; 0 if not given.
int NumStages(const Settings& settings);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_REQUEST_H_
