#ifndef PIPESCHED_CLIENTS_CLI_SUMMARY_H_
#define PIPESCHED_CLIENTS_CLI_SUMMARY_H_

#include <string>

#include "clients/cli/settings.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {

// What compute prints for people: the numbers of the whole pipeline, each with
// its definition, the digest, and a line a rank.
std::string FormatSummary(const v1::ComputeScheduleResponse& response, const Settings& settings);

// A line a kind.
std::string FormatKinds(const v1::ListScheduleKindsResponse& response);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_SUMMARY_H_
