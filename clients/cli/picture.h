#ifndef PIPESCHED_CLIENTS_CLI_PICTURE_H_
#define PIPESCHED_CLIENTS_CLI_PICTURE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/command_context.h"
#include "clients/cli/outputs.h"
#include "clients/cli/settings.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched::cli {

// The two times of "A:B"; either may be left out. None: the text is something else.
struct TimeRangeText {
  std::optional<double> start;
  std::optional<double> end;
};
std::optional<TimeRangeText> ParseTimeRange(absl::string_view text);

// The first and last rank of "A-B" or "A", of which no more than 65,536 lie in between.
// None: the text is something else.
std::optional<std::pair<int32_t, int32_t>> ParseRanks(absl::string_view text);

// What the picture shows, by the flags of pictures.
v1::RenderOptions BuildRenderOptions(const Settings& settings);

// The kinds of --compare: the first one is the request's schedule unless --schedule or
// --order is given.
v1::RenderScheduleRequest BuildRenderRequest(const CommandContext& context,
                                             v1::RenderFormat format);

// The kinds of the table of a comparison below each other, in its order. A picture splits
// slices by 2: of a kind that is there with several numbers of stages it has the one that
// does, or 1. None: no kind is there so.
std::optional<v1::RenderScheduleRequest> BuildComparisonPicture(
    const Settings& settings, const v1::CompareSchedulesResponse& table, OutputFormat format);

// Draws what is written to a file.
absl::StatusOr<v1::RenderScheduleResponse> Draw(const CommandContext& context, OutputFormat format);

// Draws what --draw prints: as wide as the terminal, in colour where it shows them, in
// ASCII where the locale has no other characters.
absl::StatusOr<v1::RenderScheduleResponse> DrawForTerminal(const CommandContext& context,
                                                           int descriptor);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_PICTURE_H_
