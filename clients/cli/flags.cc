#include "clients/cli/flags.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "clients/cli/numbers.h"

namespace pipesched::cli {
namespace {

constexpr CommandInfo kCommands[] = {
    {kCompute, "compute", "compute a schedule, print its numbers and draw it (the default)"},
    {kRender, "render", "draw a schedule, print no numbers"},
    {kSchedules, "schedules", "list the kinds of schedule"},
    {kHealth, "health", "ask whether the service is serving"},
    {kVersion, "version", "print the versions of this program and of the service"},
};

// A value of one stage is a record of stage_costs, see request.cc.
constexpr Flag kFlags[] = {
    {FlagId::kConfig, "config", "c", "", "", ValueKind::kText, kPlans, "FILE",
     "read values from a JSON or YAML file (- is standard input)"},
    {FlagId::kNumStages, "num-stages", "s", "num_stages", "pipeline.num_stages",
     ValueKind::kInteger, kPlans, "N", "number of pipeline stages"},
    {FlagId::kNumBatches, "num-batches", "b", "num_batches", "pipeline.num_microbatches",
     ValueKind::kInteger, kPlans, "M", "number of microbatches of a training step"},
    {FlagId::kForwardTimes, "forward-times", "f", "forward_times", "pipeline.stage_costs[].forward",
     ValueKind::kNumbers, kPlans, "T",
     "time of a forward: one for all stages or one a stage (default 1)"},
    {FlagId::kBackwardTimes, "backward-times", "bw", "backward_times",
     "pipeline.stage_costs[].backward", ValueKind::kNumbers, kPlans, "T",
     "time of a full backward (default 2)"},
    {FlagId::kOutput, "output", "o", "output_file", "", ValueKind::kText, kPlans, "FILE",
     "write a file; its ending is its format (default pipeline_SCHEDULE.png)"},
    {FlagId::kNoVisualization, "no-visualization", "", "no_visualization", "", ValueKind::kSwitch,
     kCompute, "", "draw no picture"},
    {FlagId::kP2pTime, "p2p-time", "", "p2p_time", "pipeline.p2p_time", ValueKind::kNumber, kPlans,
     "C", "time of a transfer between two ranks (default 0)"},
    {FlagId::kP2pTimesForward, "p2p-times-forward", "", "p2p_times_forward",
     "pipeline.p2p_times_forward[]", ValueKind::kNumbers, kPlans, "C",
     "the same for each stage boundary, forward: N - 1 values"},
    {FlagId::kP2pTimesBackward, "p2p-times-backward", "", "p2p_times_backward",
     "pipeline.p2p_times_backward[]", ValueKind::kNumbers, kPlans, "C",
     "the same for each stage boundary, backward: N - 1 values"},
    {FlagId::kSchedule, "schedule", "", "schedule", "schedule.kind", ValueKind::kText, kPlans,
     "KIND", "kind of schedule, see pipesched schedules (default 1f1b)"},
    {FlagId::kChunksPerRank, "chunks-per-rank", "", "chunks_per_rank", "pipeline.chunks_per_rank",
     ValueKind::kInteger, kPlans, "V", "stages that each rank holds (default 1)"},
    {FlagId::kMicrobatchGroupSize, "microbatch-group-size", "", "microbatch_group_size",
     "schedule.microbatch_group_size", ValueKind::kInteger, kPlans, "G",
     "microbatches that an interleaved schedule runs through a chunk at a time (default the "
     "number of ranks)"},
    {FlagId::kOrder, "order", "", "order", "schedule.order", ValueKind::kText, kPlans, "FILE",
     "run the order in this file of order text, --schedule custom (- is standard input); sizes "
     "that are not given are what it says"},
    {FlagId::kStageToRank, "stage-to-rank", "", "stage_to_rank", "schedule.stage_to_rank[]",
     ValueKind::kIntegers, kPlans, "R",
     "rank of each stage of a custom order (default where the order runs it)"},
    {FlagId::kBackwardInputTimes, "backward-input-times", "", "backward_input_times",
     "pipeline.stage_costs[].backward_input", ValueKind::kNumbers, kPlans, "T",
     "time of a backward for inputs (default half of the backward)"},
    {FlagId::kBackwardWeightTimes, "backward-weight-times", "", "backward_weight_times",
     "pipeline.stage_costs[].backward_weight", ValueKind::kNumbers, kPlans, "T",
     "time of a backward for weights (default half of the backward)"},
    {FlagId::kOverlapTimes, "overlap-times", "", "overlap_times",
     "pipeline.stage_costs[].overlapped_pair", ValueKind::kNumbers, kPlans, "T",
     "time of a fused forward and backward (default their sum)"},
    {FlagId::kActivationBytes, "activation-bytes", "", "activation_bytes",
     "pipeline.stage_costs[].activation_bytes", ValueKind::kIntegers, kPlans, "BYTES",
     "memory that a forward takes (default 0)"},
    {FlagId::kWeightGradBytes, "weight-grad-bytes", "", "weight_grad_bytes",
     "pipeline.stage_costs[].weight_grad_bytes", ValueKind::kIntegers, kPlans, "BYTES",
     "the part of it that stays until the backward for weights (default half)"},
    {FlagId::kStaticBytes, "static-bytes", "", "static_bytes",
     "pipeline.stage_costs[].static_bytes", ValueKind::kIntegers, kPlans, "BYTES",
     "parameters, gradients and optimizer state of a stage (default 0)"},
    {FlagId::kMemoryLimit, "memory-limit", "", "memory_limit", "pipeline.memory_limit_bytes[]",
     ValueKind::kIntegers, kPlans, "BYTES",
     "memory of a rank: one for all ranks or one a rank; a schedule above it gets a note"},
    {FlagId::kFailOverMemory, "fail-over-memory", "", "fail_over_memory", "", ValueKind::kSwitch,
     kPlans, "", "exit 65 if a rank holds more than its memory limit"},
    {FlagId::kView, "view", "", "view", "", ValueKind::kChoice, kCompute, "VIEW",
     "what JSON holds: summary (default with --format) or full (default with -o), "
     "which adds the timeline",
     "summary|full"},
    {FlagId::kFormat, "format", "", "format", "", ValueKind::kChoice, kAllCommands, "FORMAT",
     "what is printed: text (default) or json", "text|json"},
    {FlagId::kOutputFormat, "output-format", "", "output_format", "", ValueKind::kChoice, kPlans,
     "FORMAT", "format of the file, where its name has no ending (-o - is standard output)",
     "png|json|order"},
    {FlagId::kTitle, "title", "", "title", "options.title", ValueKind::kText, kPlans, "TEXT",
     "title of the picture"},
    {FlagId::kTimeUnit, "time-unit", "", "time_unit", "options.time_unit", ValueKind::kText, kPlans,
     "LABEL", "name of the unit that the times are in"},
    {FlagId::kServer, "server", "", "", "", ValueKind::kText, kAllCommands, "ADDRESS",
     "ask this daemon: host:port, dns:///host:port or unix:/path (default "
     "$PIPESCHED_SERVER, else the service inside this program)"},
    {FlagId::kTimeout, "timeout", "", "", "", ValueKind::kSeconds, kAllCommands, "SECONDS",
     "longest time that a call may take (default 30)"},
    {FlagId::kService, "service", "", "", "", ValueKind::kText, kHealth, "NAME",
     "service to ask for (default the whole server)"},
    {FlagId::kColor, "color", "", "", "", ValueKind::kChoice, kAllCommands, "WHEN",
     "color text: auto (default), always or never; NO_COLOR is respected", "auto|always|never"},
    {FlagId::kHelp, "help", "h", "", "", ValueKind::kSwitch, kAllCommands, "", "print this"},
};
static_assert(std::size(kFlags) == kNumFlags);

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < std::size(kFlags); ++i) {
    if (static_cast<size_t>(kFlags[i].id) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

const Flag* FindByKey(absl::string_view Flag::*member, absl::string_view text) {
  if (text.empty()) return nullptr;
  for (const Flag& flag : kFlags) {
    if (flag.*member == text) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

absl::Span<const Flag> AllFlags() { return kFlags; }

const Flag& GetFlag(FlagId id) { return kFlags[static_cast<size_t>(id)]; }

std::string LongName(const Flag& flag) { return absl::StrCat("--", flag.name); }

const Flag* FindFlag(absl::string_view text, Command command) {
  const Flag* flag = nullptr;
  if (absl::ConsumePrefix(&text, "--")) {
    flag = FindByKey(&Flag::name, text);
  } else if (absl::ConsumePrefix(&text, "-")) {
    flag = FindByKey(&Flag::short_name, text);
  }
  return flag != nullptr && (flag->commands & command) != 0 ? flag : nullptr;
}

const Flag* FindConfigKey(absl::string_view key) { return FindByKey(&Flag::config_key, key); }

const Flag* FindField(absl::string_view field) { return FindByKey(&Flag::field, field); }

std::string ExplainBadValue(const Flag& flag, absl::string_view text) {
  absl::string_view want;
  switch (flag.kind) {
    case ValueKind::kSwitch: return "";
    case ValueKind::kText:
      if (flag.id == FlagId::kServer && text.empty()) {
        want = "an address";
        break;
      }
      // A name of a file need not be UTF-8, a text of a request must.
      if (flag.field.empty() || IsUtf8(text)) return "";
      want = "UTF-8 text";
      break;
    case ValueKind::kChoice: {
      const std::vector<absl::string_view> choices = absl::StrSplit(flag.choices, '|');
      if (std::find(choices.begin(), choices.end(), text) != choices.end()) return "";
      return absl::StrCat("want ", flag.choices, ", got ", Quote(text));
    }
    case ValueKind::kSeconds: {
      const std::optional<double> seconds = ParseNumber(text);
      if (seconds && *seconds > 0) return "";
      want = "a number of seconds above 0";
      break;
    }
    case ValueKind::kNumber:
    case ValueKind::kNumbers:
      if (ParseNumber(text)) return "";
      want = "a number";
      break;
    case ValueKind::kInteger:
    case ValueKind::kIntegers:
      if (ParseInteger(text)) return "";
      want = "a whole number";
      break;
  }
  const bool has_comma = IsList(flag.kind) && text.find(',') != absl::string_view::npos;
  return absl::StrCat("want ", want, ", got ", Quote(text),
                      has_comma ? "; separate the values with spaces" : "");
}

}  // namespace pipesched::cli
