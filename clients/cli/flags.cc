#include "clients/cli/flags.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "clients/cli/numbers.h"
#include "clients/cli/picture.h"

namespace pipesched::cli {
namespace {

constexpr CommandInfo kCommands[] = {
    {kCompute, "compute", "compute a schedule, print its numbers and draw it (the default)"},
    {kRender, "render", "draw a schedule, print no numbers"},
    {kValidate, "validate", "say whether an order FILE can run, and what is wrong with it"},
    {kExport, "export", "write a schedule, or an order FILE, as a file of another program"},
    {kSchedules, "schedules", "list the kinds of schedule"},
    {kHealth, "health", "ask whether the service is serving"},
    {kCompareKinds, "compare", "compute all kinds of schedule on one machine, side by side"},
    {kSearch, "search", "search for the best order of a machine within its memory"},
    {kVersion, "version", "print the versions of this program and of the service"},
    {kCompletion, "completion", "print the completion script of a shell: bash, zsh or fish"},
};

// A value of one stage is a record of stage_costs, see request.cc.
constexpr Flag kFlags[] = {
    {FlagId::kConfig, "config", "c", "", "", ValueKind::kText, kPipelines, "FILE",
     "read values from a JSON or YAML file (- is standard input)"},
    {FlagId::kNumStages, "num-stages", "s", "num_stages", "pipeline.num_stages",
     ValueKind::kInteger, kPipelines, "N", "number of pipeline stages"},
    {FlagId::kNumBatches, "num-batches", "b", "num_batches", "pipeline.num_microbatches",
     ValueKind::kInteger, kPipelines, "M", "number of microbatches of a training step"},
    {FlagId::kForwardTimes, "forward-times", "f", "forward_times", "pipeline.stage_costs[].forward",
     ValueKind::kNumbers, kPipelines, "T",
     "time of a forward: one for all stages or one a stage (default 1)"},
    {FlagId::kBackwardTimes, "backward-times", "bw", "backward_times",
     "pipeline.stage_costs[].backward", ValueKind::kNumbers, kPipelines, "T",
     "time of a full backward (default 2)"},
    {FlagId::kOutput, "output", "o", "output_file", "", ValueKind::kText, kPlans, "FILE",
     "write a file; its ending is its format (default pipeline_SCHEDULE.png)"},
    {FlagId::kNoVisualization, "no-visualization", "", "no_visualization", "", ValueKind::kSwitch,
     kCompute, "", "draw no picture"},
    {FlagId::kP2pTime, "p2p-time", "", "p2p_time", "pipeline.p2p_time", ValueKind::kNumber,
     kPipelines, "C", "time of a transfer between two ranks (default 0)"},
    {FlagId::kP2pTimesForward, "p2p-times-forward", "", "p2p_times_forward",
     "pipeline.p2p_times_forward[]", ValueKind::kNumbers, kPipelines, "C",
     "the same for each stage boundary, forward: N - 1 values"},
    {FlagId::kP2pTimesBackward, "p2p-times-backward", "", "p2p_times_backward",
     "pipeline.p2p_times_backward[]", ValueKind::kNumbers, kPipelines, "C",
     "the same for each stage boundary, backward: N - 1 values"},
    {FlagId::kSchedule, "schedule", "", "schedule", "schedule.kind", ValueKind::kText, kPipelines,
     "KIND", "kind of schedule, see pipesched schedules (default 1f1b)"},
    {FlagId::kChunksPerRank, "chunks-per-rank", "", "chunks_per_rank", "pipeline.chunks_per_rank",
     ValueKind::kInteger, kPipelines, "V", "stages that each rank holds (default 1)"},
    {FlagId::kMicrobatchGroupSize, "microbatch-group-size", "", "microbatch_group_size",
     "schedule.microbatch_group_size", ValueKind::kInteger, kPipelines, "G",
     "microbatches that an interleaved schedule runs through a chunk at a time (default the "
     "number of ranks)"},
    {FlagId::kOrder, "order", "", "order", "schedule.order", ValueKind::kText, kPipelines, "FILE",
     "run the order in this file, --schedule custom: order text, or PyTorch CSV (.csv, or with "
     "--dialect); - is standard input; sizes that are not given are what it says"},
    {FlagId::kStageToRank, "stage-to-rank", "", "stage_to_rank", "schedule.stage_to_rank[]",
     ValueKind::kIntegers, kPipelines, "R",
     "rank of each stage of a custom order (default where the order runs it)"},
    {FlagId::kDialect, "dialect", "", "dialect", "schedule.csv_dialect", ValueKind::kChoice,
     kPipelines, "DIALECT",
     "how PyTorch CSV names backwards: pytorch (default; B, and I for inputs) or pytorch-legacy "
     "(BW, and B for inputs)",
     "pytorch|pytorch-legacy"},
    {FlagId::kFsdpTimes, "fsdp-times", "", "fsdp_times", "schedule.fsdp_times", ValueKind::kText,
     kPipelines, "unshard=T,reshard=T,reduce_grad=T",
     "times of the FSDP actions of a CSV file (default 0)"},
    {FlagId::kBackwardInputTimes, "backward-input-times", "", "backward_input_times",
     "pipeline.stage_costs[].backward_input", ValueKind::kNumbers, kPipelines, "T",
     "time of a backward for inputs (default half of the backward)"},
    {FlagId::kBackwardWeightTimes, "backward-weight-times", "", "backward_weight_times",
     "pipeline.stage_costs[].backward_weight", ValueKind::kNumbers, kPipelines, "T",
     "time of a backward for weights (default half of the backward)"},
    {FlagId::kOverlapTimes, "overlap-times", "", "overlap_times",
     "pipeline.stage_costs[].overlapped_pair", ValueKind::kNumbers, kPipelines, "T",
     "time of a fused forward and backward (default their sum)"},
    {FlagId::kActivationBytes, "activation-bytes", "", "activation_bytes",
     "pipeline.stage_costs[].activation_bytes", ValueKind::kIntegers, kPipelines, "BYTES",
     "memory that a forward takes (default 0)"},
    {FlagId::kWeightGradBytes, "weight-grad-bytes", "", "weight_grad_bytes",
     "pipeline.stage_costs[].weight_grad_bytes", ValueKind::kIntegers, kPipelines, "BYTES",
     "the part of it that stays until the backward for weights (default half)"},
    {FlagId::kStaticBytes, "static-bytes", "", "static_bytes",
     "pipeline.stage_costs[].static_bytes", ValueKind::kIntegers, kPipelines, "BYTES",
     "parameters, gradients and optimizer state of a stage (default 0)"},
    {FlagId::kMemoryLimit, "memory-limit", "", "memory_limit", "pipeline.memory_limit_bytes[]",
     ValueKind::kIntegers, kPipelines, "BYTES",
     "memory of a rank: one for all ranks or one a rank; a schedule above it gets a note"},
    {FlagId::kFailOverMemory, "fail-over-memory", "", "fail_over_memory", "", ValueKind::kSwitch,
     kCompute | kRender, "", "exit 65 if a rank holds more than its memory limit"},
    {FlagId::kWithComms, "with-comms", "", "with_comms", "", ValueKind::kSwitch,
     kCompute | kTakeFile, "",
     "put SEND and RECV into a CSV file, or before validating; those of the order file are kept"},
    {FlagId::kLowering, "lowering", "", "lowering", "options.lowering", ValueKind::kChoice,
     kCompute | kExport, "MODE",
     "put them in anew: eager (as PyTorch does) or safe (no deadlock under any transport)",
     "eager|safe"},
    {FlagId::kRepair, "repair", "", "repair", "", ValueKind::kSwitch, kCompute | kExport, "",
     "place the RECVs of a deadlocking order again so that it is safe under --transport"},
    {FlagId::kTransport, "transport", "", "transport", "transport", ValueKind::kChoice,
     kCompute | kTakeFile, "TRANSPORT",
     "how transfers run: async, per_edge_fifo, per_pair_fifo (default) or rendezvous",
     "async|per_edge_fifo|per_pair_fifo|rendezvous"},
    {FlagId::kOutputDialect, "output-dialect", "", "output_dialect", "options.dialect",
     ValueKind::kChoice, kCompute | kExport, "DIALECT",
     "dialect of the CSV file that is written (default --dialect)", "pytorch|pytorch-legacy"},
    {FlagId::kJunit, "junit", "", "", "", ValueKind::kText, kValidate, "FILE",
     "write a JUnit report, a test case a rule and a threshold"},
    {FlagId::kMaxBubbleRate, "max-bubble-rate", "", "", "", ValueKind::kNumber, kValidate, "RATE",
     "exit 65 if the schedule's bubble rate, from 0 to 1, is higher"},
    {FlagId::kMaxPeakBytes, "max-peak-bytes", "", "", "", ValueKind::kInteger, kValidate, "BYTES",
     "exit 65 if a rank holds more"},
    {FlagId::kView, "view", "", "view", "", ValueKind::kChoice, kCompute, "VIEW",
     "what JSON holds: summary (default with --format) or full (default with -o), "
     "which adds the timeline",
     "summary|full"},
    {FlagId::kFormat, "format", "", "format", "", ValueKind::kChoice, kAllCommands, "FORMAT",
     "what is printed: text (default) or json", "text|json"},
    {FlagId::kOutputFormat, "output-format", "", "output_format", "", ValueKind::kChoice, kPlans,
     "FORMAT", "format of the file, where its name has no ending (-o - is standard output)",
     "png|svg|pdf|html|txt|json|order|csv|trace|megatron|deepspeed"},
    {FlagId::kTitle, "title", "", "title", "options.title", ValueKind::kText, kPictures, "TEXT",
     "title of the picture"},
    {FlagId::kTimeUnit, "time-unit", "", "time_unit", "options.time_unit", ValueKind::kText,
     kPictures, "LABEL", "name of the unit that the times are in"},
    {FlagId::kTheme, "theme", "", "theme", "options.theme", ValueKind::kChoice, kPictures, "THEME",
     "colors of the picture: light (default) or dark", "light|dark"},
    {FlagId::kCriticalPath, "critical-path", "", "critical_path", "options.show_critical_path",
     ValueKind::kSwitch, kPictures, "", "mark the critical path in the picture"},
    {FlagId::kArrows, "arrows", "", "arrows", "options.show_arrows", ValueKind::kSwitch, kPictures,
     "", "draw an arrow for each transfer between two ranks"},
    {FlagId::kMemoryCurve, "memory-curve", "", "memory_curve", "options.memory", ValueKind::kChoice,
     kPictures, "WHEN",
     "draw the memory of each rank: auto (default) does where bytes are given, on draws the "
     "activations alive where none are",
     "auto|on|off"},
    {FlagId::kTimeRange, "time-range", "", "time_range", "options.start_time", ValueKind::kText,
     kPictures, "A:B", "draw only what happens between two times; A: and :B work too"},
    {FlagId::kRanks, "ranks", "", "ranks", "options.ranks[]", ValueKind::kText, kPictures, "A-B",
     "draw only these ranks"},
    {FlagId::kWidth, "width", "", "width", "options.width", ValueKind::kInteger, kPictures,
     "PIXELS", "width of the picture (default as the ops need)"},
    {FlagId::kHeight, "height", "", "height", "options.height", ValueKind::kInteger, kPictures,
     "PIXELS", "height of the picture (default as the ranks need)"},
    {FlagId::kScale, "scale", "", "scale", "options.scale", ValueKind::kNumber, kPictures, "FACTOR",
     "enlarge the picture, text and all, for dense displays and print (default 1)"},
    {FlagId::kDraw, "draw", "", "", "", ValueKind::kSwitch, kPictures, "",
     "draw to standard output in characters; writes a file only with --output"},
    {FlagId::kColumns, "columns", "", "columns", "options.text.columns", ValueKind::kInteger,
     kPictures, "N", "longest line of a drawing in characters (default the terminal's, else 100)"},
    {FlagId::kAscii, "ascii", "", "ascii", "options.text.ascii", ValueKind::kSwitch, kPictures, "",
     "draw in plain ASCII (default where the locale is not UTF-8)"},
    {FlagId::kCompare, "compare", "", "", "compared[].kind", ValueKind::kTexts, kRender, "KIND",
     "draw these kinds of schedule of one pipeline below each other, with a table; --num-stages "
     "is the number of ranks then"},
    {FlagId::kMachineChunks, "chunks-per-rank", "", "", "chunks_per_rank", ValueKind::kInteger,
     kSearch, "V", "stages that each rank holds, each 1/V of its slice (default 1, or 2)"},
    {FlagId::kKindChunks, "chunks-per-rank", "", "", "chunks_per_rank[]", ValueKind::kCommaIntegers,
     kCompareKinds, "V,V",
     "numbers of stages that a rank may hold, each 1/V of its slice (default 1,2)"},
    {FlagId::kFitMemory, "fit-memory", "", "fit_memory", "", ValueKind::kSwitch, kCompareKinds, "",
     "leave out the kinds that hold more than --memory-limit"},
    {FlagId::kPlacement, "placement", "", "placement", "placement", ValueKind::kChoice, kSearch,
     "PLACEMENT", "where the stages may be (default linear, or v with --chunks-per-rank 2)",
     "linear|v|round_robin|any"},
    {FlagId::kNoSplitBackward, "no-split-backward", "", "no_split_backward", "", ValueKind::kSwitch,
     kSearch, "", "search among orders with full backwards only"},
    {FlagId::kObjective, "objective", "", "objective", "objective", ValueKind::kChoice, kSearch,
     "OBJECTIVE", "what to minimize (default makespan)",
     "makespan|longest_rank_span|longest_rank_span_free_start"},
    {FlagId::kTimeBudget, "time-budget", "", "time_budget", "time_budget", ValueKind::kDuration,
     kSearch, "TIME",
     "longest time of the search, in seconds or as 500ms, 2m (default 1s, or no bound with "
     "--candidate-budget)"},
    {FlagId::kCandidateBudget, "candidate-budget", "", "candidate_budget", "candidate_budget",
     ValueKind::kInteger, kSearch, "N",
     "orders to try; the result is then the same on every machine"},
    {FlagId::kTargetGap, "target-gap", "", "target_gap", "target_gap", ValueKind::kNumber, kSearch,
     "GAP", "stop once value / bound - 1 is no more (default 0)"},
    {FlagId::kSeed, "seed", "", "seed", "seed", ValueKind::kInteger, kSearch, "N",
     "start of the random numbers (default 0)"},
    {FlagId::kThreads, "threads", "", "threads", "threads", ValueKind::kInteger, kSearch, "N",
     "threads of the search (default 1)"},
    {FlagId::kPareto, "pareto", "", "pareto", "", ValueKind::kSwitch, kSearch, "",
     "print the objective's best values over memory limits"},
    {FlagId::kServer,
     "server",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "ADDRESS",
     "ask this daemon: host:port, dns:///host:port or unix:/path (default $PIPESCHED_SERVER, else "
     "the service inside this program)",
     {},
     "PIPESCHED_SERVER"},
    {FlagId::kTimeout,
     "timeout",
     "",
     "",
     "",
     ValueKind::kSeconds,
     kAllCommands,
     "SECONDS",
     "longest time that a call may take (default 30)",
     {},
     "PIPESCHED_TIMEOUT"},
    {FlagId::kConnectTimeout,
     "connect-timeout",
     "",
     "",
     "",
     ValueKind::kSeconds,
     kAllCommands,
     "SECONDS",
     "longest time to wait for a connection (default as long as the call may take)",
     {},
     "PIPESCHED_CONNECT_TIMEOUT"},
    {FlagId::kTls,
     "tls",
     "",
     "",
     "",
     ValueKind::kSwitch,
     kAllCommands,
     "",
     "use TLS, with the authorities of the system",
     {},
     "PIPESCHED_TLS"},
    {FlagId::kTlsCa,
     "tls-ca",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "FILE",
     "use TLS, with these authorities (PEM)",
     {},
     "PIPESCHED_TLS_CA"},
    {FlagId::kTlsCert,
     "tls-cert",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "FILE",
     "show this certificate (PEM) to the server",
     {},
     "PIPESCHED_TLS_CERT"},
    {FlagId::kTlsKey,
     "tls-key",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "FILE",
     "its private key (PEM)",
     {},
     "PIPESCHED_TLS_KEY"},
    {FlagId::kTlsServerName,
     "tls-server-name",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "NAME",
     "name to expect in the server's certificate (default the address')",
     {},
     "PIPESCHED_TLS_SERVER_NAME"},
    {FlagId::kTokenFile,
     "token-file",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "FILE",
     "send the bearer token in this file; needs TLS or a Unix socket",
     {},
     "PIPESCHED_TOKEN_FILE"},
    {FlagId::kProfile,
     "profile",
     "",
     "",
     "",
     ValueKind::kText,
     kAllCommands,
     "NAME",
     "how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile "
     "default)",
     {},
     "PIPESCHED_PROFILE"},
    {FlagId::kMetadata, "metadata", "", "", "", ValueKind::kPairs, kAllCommands, "KEY=VALUE",
     "send this with each call"},
    {FlagId::kRequestId, "request-id", "", "", "", ValueKind::kText, kAllCommands, "ID",
     "name of the calls in the server's log"},
    {FlagId::kVerbose, "verbose", "v", "", "", ValueKind::kSwitch, kAllCommands, "",
     "tell on standard error who was asked, the calls' request id and how long it took"},
    {FlagId::kVeryVerbose, "very-verbose", "vv", "", "", ValueKind::kSwitch, kAllCommands, "",
     "also tell what is set about the server, and where"},
    {FlagId::kService, "service", "", "", "", ValueKind::kText, kHealth, "NAME",
     "service to ask for (default the whole server)"},
    {FlagId::kShell, "shell", "", "", "", ValueKind::kChoice, kCompletion, "SHELL",
     "the shell; --shell may be left out", "bash|zsh|fish"},
    {FlagId::kColor, "color", "", "", "", ValueKind::kChoice, kAllCommands, "WHEN",
     "color text: auto (default), always or never; NO_COLOR is respected", "auto|always|never"},
    {FlagId::kHelp, "help", "h", "", "", ValueKind::kSwitch, kAllCommands | kCompletion, "",
     "print this"},
};
static_assert(std::size(kFlags) == kNumFlags);

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < std::size(kFlags); ++i) {
    if (static_cast<size_t>(kFlags[i].id) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

// As the daemon takes them, see daemon/call.cc.
bool IsRequestId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("-_.:").find(c) != absl::string_view::npos;
  });
}

// "key=value" as gRPC sends it: it aborts on other letters, and takes "grpc-" for itself.
bool IsMetadata(absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0 || absl::StartsWith(text, "grpc-")) {
    return false;
  }
  const absl::string_view key = text.substr(0, equals);
  const absl::string_view value = text.substr(equals + 1);
  return !absl::EndsWith(key, "-bin") && std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           absl::string_view("-_.").find(c) != absl::string_view::npos;
  }) && std::all_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
}

const Flag* FindByKey(absl::string_view Flag::*member, absl::string_view text) {
  if (text.empty()) return nullptr;
  for (const Flag& flag : kFlags) {
    if (flag.*member == text) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

bool HasFlag(Command command, const Flag& flag) {
  if ((flag.commands & command) != 0) return true;
  if ((command & kMachines) == 0) return false;
  switch (flag.id) {
    case FlagId::kConfig: return true;
    case FlagId::kChunksPerRank: return false;
    case FlagId::kOutput:
    case FlagId::kOutputFormat:
    case FlagId::kTitle:
    case FlagId::kTimeUnit: return true;
    case FlagId::kTheme:
    case FlagId::kCriticalPath:
    case FlagId::kArrows:
    case FlagId::kMemoryCurve:
    case FlagId::kTimeRange:
    case FlagId::kWidth:
    case FlagId::kHeight:
    case FlagId::kScale:
    case FlagId::kColumns:
    case FlagId::kAscii: return command == kCompareKinds;
    case FlagId::kView: return command == kSearch;
    default: return absl::StartsWith(flag.field, "pipeline.");
  }
}

absl::Span<const Flag> AllFlags() { return kFlags; }

const Flag& GetFlag(FlagId id) { return kFlags[static_cast<size_t>(id)]; }

std::string LongName(const Flag& flag) { return absl::StrCat("--", flag.name); }

const Flag* FindFlag(absl::string_view text, Command command) {
  absl::string_view Flag::*name = &Flag::name;
  if (!absl::ConsumePrefix(&text, "--")) {
    if (!absl::ConsumePrefix(&text, "-")) return nullptr;
    name = &Flag::short_name;
  }
  if (text.empty()) return nullptr;
  for (const Flag& flag : kFlags) {
    if (flag.*name == text && HasFlag(command, flag)) return &flag;
  }
  return nullptr;
}

const Flag* FindConfigKey(absl::string_view key) { return FindByKey(&Flag::config_key, key); }

const Flag* FindField(absl::string_view field) { return FindByKey(&Flag::field, field); }

std::string ExplainBadValue(const Flag& flag, absl::string_view text) {
  absl::string_view want;
  switch (flag.kind) {
    case ValueKind::kSwitch: return "";
    case ValueKind::kText:
      if (flag.id == FlagId::kFsdpTimes) {
        if (ParseFsdpTimes(text)) return "";
        want = "unshard=T,reshard=T,reduce_grad=T, some of them, each a number";
        break;
      }
      if (flag.id == FlagId::kServer && text.empty()) {
        want = "an address";
        break;
      }
      if (flag.id == FlagId::kTimeRange && !ParseTimeRange(text)) {
        want = "START:END, two times";
        break;
      }
      if (flag.id == FlagId::kRanks && !ParseRanks(text)) {
        want = "FIRST-LAST, two ranks";
        break;
      }
      if (flag.id == FlagId::kRequestId && !IsRequestId(text)) {
        want = "1 to 64 of the letters A-Z a-z 0-9 - _ . :";
        break;
      }
      // A name of a file need not be UTF-8, a text of a request must.
      if (flag.field.empty() || IsUtf8(text)) return "";
      want = "UTF-8 text";
      break;
    case ValueKind::kTexts: return "";
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
    case ValueKind::kPairs:
      if (absl::StartsWith(text, "authorization=")) {
        return "a secret on a command line is for all to see, want --token-file";
      }
      if (IsMetadata(text)) return "";
      want = "key=value with a key in lower case";
      break;
    case ValueKind::kDuration:
      if (ParseDuration(text)) return "";
      want = "a time above 0: seconds, or a number with ms, s, m or h";
      break;
    case ValueKind::kCommaIntegers:
      if (ParseCommaIntegers(text)) return "";
      return absl::StrCat("want whole numbers with commas between them, got ", Quote(text));
    case ValueKind::kNumber:
      if (flag.id == FlagId::kMaxBubbleRate) {
        const std::optional<double> rate = ParseNumber(text);
        if (rate && *rate >= 0 && *rate <= 1) return "";
        want = "a number from 0 to 1";
        break;
      }
      [[fallthrough]];
    case ValueKind::kNumbers:
      if (ParseNumber(text)) return "";
      want = "a number";
      break;
    case ValueKind::kInteger:
    case ValueKind::kIntegers:
      want = flag.id == FlagId::kMaxPeakBytes ? "a whole number, 0 or more" : "a whole number";
      if (ParseInteger(text) && (flag.id != FlagId::kMaxPeakBytes || text[0] != '-')) return "";
      break;
  }
  const bool has_comma = IsList(flag.kind) && text.find(',') != absl::string_view::npos;
  return absl::StrCat("want ", want, ", got ", Quote(text),
                      has_comma ? "; separate the values with spaces" : "");
}

}  // namespace pipesched::cli
