#ifndef PIPESCHED_CLIENTS_CLI_FLAGS_H_
#define PIPESCHED_CLIENTS_CLI_FLAGS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pipesched::cli {

// The subcommands, as bits, so that a flag can name several.
enum Command : unsigned {
  kCompute = 1,
  kRender = 2,
  kSchedules = 4,
  kHealth = 8,
  kVersion = 16,
  kValidate = 32,
  kExport = 64,
  kCompareKinds = 256,
  kSearch = 512,
  kCompletion = 1u << 20,  // local: asks no service
};
inline constexpr unsigned kPictures = kCompute | kRender;         // those that draw
inline constexpr unsigned kPlans = kCompute | kRender | kExport;  // those that write files
inline constexpr unsigned kPipelines = kPlans | kValidate;        // those that take a pipeline
inline constexpr unsigned kTakeFile = kValidate | kExport;        // those that take an order FILE
inline constexpr unsigned kMachines = kCompareKinds | kSearch;    // those that take a machine
inline constexpr unsigned kAllCommands = kPipelines | kSchedules | kHealth | kVersion | kMachines;

struct CommandInfo {
  Command command;
  absl::string_view name;
  absl::string_view help;
};
absl::Span<const CommandInfo> AllCommands();

// What a flag or a config key holds.
enum class ValueKind {
  kSwitch,         // nothing: it is there or not; true or false in a config file
  kText,           // one text
  kChoice,         // one of the flag's choices
  kSeconds,        // one number above 0
  kInteger,        // one whole number
  kNumber,         // one number
  kNumbers,        // one or more numbers
  kIntegers,       // one or more whole numbers
  kCommaIntegers,  // whole numbers, commas between them
  kDuration,       // a number of seconds, or one with a unit, above 0: "500ms"
  kPairs,          // one or more KEY=VALUE
  kTexts,          // one or more texts
};
constexpr bool IsList(ValueKind kind) {
  return kind == ValueKind::kNumbers || kind == ValueKind::kIntegers || kind == ValueKind::kPairs ||
         kind == ValueKind::kTexts;
}

enum class FlagId {
  kConfig,
  kNumStages,
  kNumBatches,
  kForwardTimes,
  kBackwardTimes,
  kOutput,
  kNoVisualization,
  kP2pTime,
  kP2pTimesForward,
  kP2pTimesBackward,
  kSchedule,
  kChunksPerRank,
  kMicrobatchGroupSize,
  kOrder,
  kStageToRank,
  kDialect,
  kFsdpTimes,
  kBackwardInputTimes,
  kBackwardWeightTimes,
  kOverlapTimes,
  kActivationBytes,
  kWeightGradBytes,
  kStaticBytes,
  kMemoryLimit,
  kFailOverMemory,
  kWithComms,
  kLowering,
  kRepair,
  kTransport,
  kOutputDialect,
  kJunit,
  kMaxBubbleRate,
  kMaxPeakBytes,
  kView,
  kFormat,
  kOutputFormat,
  kTitle,
  kTimeUnit,
  kTheme,
  kCriticalPath,
  kArrows,
  kMemoryCurve,
  kTimeRange,
  kRanks,
  kWidth,
  kHeight,
  kScale,
  kDraw,
  kColumns,
  kAscii,
  kCompare,
  kMachineChunks,
  kKindChunks,
  kFitMemory,
  kPlacement,
  kNoSplitBackward,
  kObjective,
  kTimeBudget,
  kCandidateBudget,
  kTargetGap,
  kSeed,
  kThreads,
  kPareto,
  kServer,
  kTimeout,
  kConnectTimeout,
  kTls,
  kTlsCa,
  kTlsCert,
  kTlsKey,
  kTlsServerName,
  kTokenFile,
  kProfile,
  kMetadata,
  kRequestId,
  kVerbose,
  kVeryVerbose,
  kService,
  kShell,
  kColor,
  kHelp,
};
inline constexpr int kNumFlags = static_cast<int>(FlagId::kHelp) + 1;

// One row of the table that drives the command line, config files, help and the
// names in error messages.
struct Flag {
  FlagId id;
  absl::string_view name;        // "num-stages", without dashes
  absl::string_view short_name;  // "s" or "bw"; empty: none
  absl::string_view config_key;  // "num_stages"; empty: not in config files
  // The request field that it sets, "pipeline.num_stages"; an element of a list
  // has "[]": "pipeline.stage_costs[].forward". Empty: none.
  absl::string_view field;
  ValueKind kind;
  unsigned commands;             // that have it
  absl::string_view value_name;  // in help: "N"
  absl::string_view help;
  absl::string_view choices = {};  // "text|json"
  // The environment variable that stands for it; only of flags that say how to reach
  // a server: a plan is not to depend on what a pod happens to inherit.
  absl::string_view variable = {};
};

// Whether a command has the flag. Commands about a machine have those that describe a
// pipeline too, but for its chunks_per_rank; a search those of its file.
bool HasFlag(Command command, const Flag& flag);

// By FlagId.
absl::Span<const Flag> AllFlags();
const Flag& GetFlag(FlagId id);

// "--num-stages".
std::string LongName(const Flag& flag);

// The flag that `command` has and that `text` spells ("--num-stages", "-s",
// "-bw"), or null. No abbreviations.
const Flag* FindFlag(absl::string_view text, Command command);

// The flag of a config key, or null.
const Flag* FindConfigKey(absl::string_view key);

// The flag that sets a request field, with "[]" for each index, or null.
const Flag* FindField(absl::string_view field);

// Why `text` is no value of the flag: "want a whole number, got "2.5"". Empty:
// it is one.
std::string ExplainBadValue(const Flag& flag, absl::string_view text);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_FLAGS_H_
