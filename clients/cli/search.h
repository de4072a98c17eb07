#ifndef PIPESCHED_CLIENTS_CLI_SEARCH_H_
#define PIPESCHED_CLIENTS_CLI_SEARCH_H_

#include <optional>
#include <string>

#include "clients/cli/command_context.h"
#include "clients/cli/outputs.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched::cli {

// What the settings ask for, right or wrong: the service checks it.
v1::CompareSchedulesRequest BuildCompareRequest(const Settings& settings);
v1::SearchScheduleRequest BuildSearchRequest(const Settings& settings);

// A line a kind, then why others are left out.
std::string FormatComparison(const v1::CompareSchedulesResponse& response);

// What search prints for people: how good the order is, and a line a rank or, with a
// curve, a line a point.
std::string FormatSearch(const v1::SearchScheduleResponse& response, const Settings& settings);

// The commands about a machine. The file of compare is the picture of the kinds of the
// table, or the response.
ExitCode RunCompareKinds(const CommandContext& context, const std::optional<Output>& output);

// Shows how far the search is where standard error is a terminal. Interrupted, prints the
// best order so far, with a note.
ExitCode RunSearch(const CommandContext& context, const std::optional<Output>& output);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_SEARCH_H_
