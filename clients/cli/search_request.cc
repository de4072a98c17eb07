#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/numbers.h"
#include "clients/cli/request.h"
#include "clients/cli/search.h"

namespace pipesched::cli {
namespace {

// The value of an enum whose name is `prefix` and then the text in upper case, else 0.
template <typename Enum>
Enum ParseEnum(const std::string& text, absl::string_view prefix,
               bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  Enum value = {};
  parse(absl::StrCat(prefix, absl::AsciiStrToUpper(text)), &value);
  return value;
}

// The machine: chunks_per_rank is no part of it.
v1::Pipeline BuildMachine(const Settings& settings) {
  v1::Pipeline pipeline = BuildPipeline(settings);
  pipeline.clear_chunks_per_rank();
  return pipeline;
}

// The number that a flag or, failing that, a config file's chunks_per_rank gives.
const Setting* FindChunks(const Settings& settings, FlagId id) {
  const Setting* const own = settings.Find(id);
  return own != nullptr ? own : settings.Find(FlagId::kChunksPerRank);
}

}  // namespace

v1::CompareSchedulesRequest BuildCompareRequest(const Settings& settings) {
  v1::CompareSchedulesRequest request;
  *request.mutable_pipeline() = BuildMachine(settings);
  if (const Setting* chunks = FindChunks(settings, FlagId::kKindChunks)) {
    const auto numbers = ParseCommaIntegers(chunks->texts[0]);
    for (const int64_t number : numbers.value()) request.add_chunks_per_rank(ToInt32(number));
  }
  request.set_fit_memory(settings.IsOn(FlagId::kFitMemory));
  return request;
}

v1::SearchScheduleRequest BuildSearchRequest(const Settings& settings) {
  v1::SearchScheduleRequest request;
  *request.mutable_pipeline() = BuildMachine(settings);
  const auto integer = [&](FlagId id) { return *ParseInteger(settings.Text(id)); };
  if (settings.Find(FlagId::kPlacement) != nullptr) {
    request.set_placement(ParseEnum<v1::SearchPlacement>(
        settings.Text(FlagId::kPlacement), "SEARCH_PLACEMENT_", v1::SearchPlacement_Parse));
  }
  if (const Setting* chunks = FindChunks(settings, FlagId::kMachineChunks)) {
    request.set_chunks_per_rank(ToInt32(*ParseInteger(chunks->texts[0])));
  }
  if (settings.IsOn(FlagId::kNoSplitBackward)) request.set_split_backward(false);
  if (settings.Find(FlagId::kObjective) != nullptr) {
    request.set_objective(ParseEnum<v1::SearchObjective>(
        settings.Text(FlagId::kObjective), "SEARCH_OBJECTIVE_", v1::SearchObjective_Parse));
  }
  if (settings.Find(FlagId::kTimeBudget) != nullptr) {
    request.set_time_budget(*ParseDuration(settings.Text(FlagId::kTimeBudget)));
  }
  if (settings.Find(FlagId::kCandidateBudget) != nullptr) {
    request.set_candidate_budget(integer(FlagId::kCandidateBudget));
  }
  if (settings.Find(FlagId::kTargetGap) != nullptr) {
    request.set_target_gap(*ParseNumber(settings.Text(FlagId::kTargetGap)));
  }
  if (settings.Find(FlagId::kSeed) != nullptr) {
    request.set_seed(static_cast<uint64_t>(integer(FlagId::kSeed)));
  }
  if (settings.Find(FlagId::kThreads) != nullptr) {
    request.set_threads(ToInt32(integer(FlagId::kThreads)));
  }
  request.set_pareto(settings.IsOn(FlagId::kPareto));
  return request;
}

}  // namespace pipesched::cli
