#include "engine/search/search.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "absl/numeric/int128.h"
#include "engine/metrics/lower_bound.h"
#include "engine/model/slices.h"
#include "engine/search/bound.h"
#include "engine/search/fixed_kinds.h"
#include "engine/search/variant.h"

namespace pipesched {
namespace {

// Ops that a chain times in one round: a few milliseconds.
constexpr int64_t kOpsARound = 400'000;
constexpr int64_t kMostCandidatesARound = 1000;

// Small problems are solved exactly, after some rounds that give a good value to be below.
constexpr int kExactRound = 1;
constexpr int64_t kMostExactOps = 100;
constexpr int64_t kMostExactStates = 30'000;

int64_t NeededBytes(const Pipeline& pipeline, const Placement& placement, int rank) {
  absl::int128 bytes = 0;
  for (const int s : placement.StagesOf(rank)) {
    const StageCost& cost = pipeline.stages[static_cast<size_t>(s)];
    bytes += absl::int128(cost.static_bytes) + cost.activation_bytes;
  }
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  return bytes > kLargest ? kLargest : static_cast<int64_t>(bytes);
}

std::vector<MemoryShortage> ShortagesOf(const Pipeline& pipeline, const Placement& placement) {
  std::vector<MemoryShortage> shortages;
  for (size_t r = 0; r < pipeline.memory_limit_bytes.size(); ++r) {
    const int64_t limit = pipeline.memory_limit_bytes[r];
    const int64_t needed = NeededBytes(pipeline, placement, static_cast<int>(r));
    if (needed <= limit) continue;
    const int stage = placement.StagesOf(static_cast<int>(r)).back();
    shortages.push_back({static_cast<int>(r), Op(OpKind::kForward, stage, 0), limit, needed});
  }
  return shortages;
}

struct Task {
  Variant* variant;
  int index;
  int64_t candidates;
  int64_t tried = 0;
};

// Runs all tasks, on up to `threads` threads.
void RunAll(std::vector<Task>& tasks, int threads, Cancelled stop) {
  const auto run = [&stop](Task& task) {
    task.tried = task.variant->RunTask(task.index, task.candidates, stop);
  };
  const size_t count = std::min(static_cast<size_t>(std::max(1, threads)), tasks.size());
  if (count <= 1) {
    for (Task& task : tasks) run(task);
    return;
  }
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < tasks.size(); i = next++) run(tasks[i]);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < count; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
}

class Searcher {
 public:
  Searcher(const SearchProblem& problem, const SearchBudget& budget, Cancelled stop)
      : problem_(problem), budget_(budget), stop_(stop) {}

  // The fixed kinds, the bound and the chains of each placement.
  void Start(const std::vector<SearchAnswer>& known) {
    for (const SearchAnswer& answer : known) Take(answer);
    int64_t bound = std::numeric_limits<int64_t>::max();
    for (const SearchPlacement& wanted : problem_.placements) {
      if (stop_() && best_) break;
      Pipeline pipeline = SplitSlices(problem_.machine, wanted.chunks_per_rank);
      Placement placement = MakePlacement(wanted.kind, pipeline.shape);
      bound = std::min(bound, BoundOf(pipeline, placement));
      std::vector<SearchAnswer> starts = FixedKinds(problem_, pipeline, wanted.kind, stop_);
      for (const SearchAnswer& answer : starts) Take(answer);
      starts.insert(starts.end(), known.begin(), known.end());
      if (placement.num_replicas() > 1) variants_are_all_ = false;
      if (placement.num_replicas() > 1 || !ShortagesOf(pipeline, placement).empty()) continue;
      AddVariants(pipeline, placement, starts);
    }
    bound_ = bound;
  }

  absl::StatusOr<SearchResult> Run(absl::FunctionRef<void(const SearchProgress&)> progress) {
    const SearchAnswer* told = nullptr;
    int64_t told_value = 0;
    const auto tell = [&] {
      SearchProgress now{best_->value, bound_, candidates_, nullptr};
      if (told == nullptr || best_->value < told_value) now.improved = &*best_;
      told = &*best_;
      told_value = best_->value;
      progress(now);
    };
    TakeBest();
    if (!best_) return absl::CancelledError("stopped before there was any order");
    tell();
    bool stopped = false;
    for (int round = 0; !IsDone(); ++round) {
      stopped = stop_();
      if (stopped) break;
      if (round == kExactRound) SolveExactly();
      if (IsDone() || !RunRound(round)) break;
      TakeBest();
      tell();
    }
    return SearchResult{*std::move(best_), bound_, candidates_, stopped || stop_()};
  }

 private:
  int64_t BoundOf(const Pipeline& pipeline, const Placement& placement) const {
    bool pairs = false;
    for (const StageCost& cost : pipeline.stages) pairs = pairs || cost.overlapped_pair.has_value();
    const OpForms forms = {
        .full_backward = true, .split_backward = problem_.split_backward, .pairs = pairs};
    return SearchBound(pipeline, placement, forms, problem_.objective);
  }

  // Where all variants are small: the best of them, and whether it is proven.
  void SolveExactly() {
    if (problem_.objective == SearchObjective::kLongestRankSpanFreeStart) return;
    bool all = variants_are_all_;
    for (const auto& variant : variants_) {
      int64_t most = kMostExactStates;
      if (budget_.candidates > 0) most = std::min(most, budget_.candidates - candidates_);
      const bool solved = variant->OpsOfTask() <= kMostExactOps &&
                          variant->SolveExactly(best_->value, most, stop_, candidates_);
      all = all && solved;
      TakeBest();
    }
    if (all) bound_ = best_->value;
  }

  void AddVariants(const Pipeline& pipeline, const Placement& placement,
                   const std::vector<SearchAnswer>& starts) {
    bool full_is_shorter = false;
    for (const StageCost& cost : pipeline.stages) {
      full_is_shorter =
          full_is_shorter || cost.backward < cost.backward_input + cost.backward_weight;
      // Orders with fused pairs, or with both forms of backward, are of no variant.
      if (cost.overlapped_pair) variants_are_all_ = false;
    }
    if (problem_.split_backward && full_is_shorter) variants_are_all_ = false;
    const auto add = [&](bool split) {
      variants_.push_back(std::make_unique<Variant>(
          problem_, pipeline, placement, split, budget_.seed * 1'000'003 + variants_.size() * 97,
          stop_, starts));
    };
    if (problem_.split_backward) add(true);
    if (!problem_.split_backward || full_is_shorter) add(false);
  }

  bool IsDone() const {
    if (best_->value <= bound_) return true;
    if (budget_.candidates > 0 && candidates_ >= budget_.candidates) return true;
    const double gap = static_cast<double>(best_->value - bound_) / static_cast<double>(bound_);
    return gap <= budget_.gap;
  }

  // False where there is nothing to run.
  bool RunRound(int round) {
    std::vector<Task> tasks;
    for (const auto& variant : variants_) {
      const int64_t candidates = std::clamp<int64_t>(
          kOpsARound / std::max<int64_t>(1, variant->OpsOfTask()), 1, kMostCandidatesARound);
      for (int i = 0; i < variant->num_tasks(); ++i) {
        tasks.push_back({variant.get(), i, candidates});
      }
    }
    if (budget_.candidates > 0) {
      int64_t left = budget_.candidates - candidates_;
      for (Task& task : tasks) {
        task.candidates = std::min(task.candidates, left);
        left -= task.candidates;
      }
      while (!tasks.empty() && tasks.back().candidates == 0) tasks.pop_back();
    }
    if (tasks.empty()) return false;
    RunAll(tasks, budget_.threads, stop_);
    for (const Task& task : tasks) candidates_ += task.tried;
    for (const auto& variant : variants_) variant->EndRound(round);
    return true;
  }

  void Take(const SearchAnswer& answer) {
    if (!best_ || answer.value < best_->value) best_ = answer;
  }

  void TakeBest() {
    for (const auto& variant : variants_) {
      if (best_ && variant->best().score().value >= best_->value) continue;
      const std::optional<SearchAnswer> answer = variant->Answer(stop_);
      if (answer) Take(*answer);
    }
  }

  const SearchProblem& problem_;
  const SearchBudget& budget_;
  const Cancelled stop_;
  std::vector<std::unique_ptr<Variant>> variants_;
  bool variants_are_all_ = true;  // every order is of one of them
  std::optional<SearchAnswer> best_;
  int64_t bound_ = 0;
  int64_t candidates_ = 0;
};

}  // namespace

std::vector<MemoryShortage> FindShortages(const SearchProblem& problem) {
  std::vector<MemoryShortage> least;
  absl::int128 least_lack = 0;
  bool first = true;
  for (const SearchPlacement& wanted : problem.placements) {
    const Pipeline pipeline = SplitSlices(problem.machine, wanted.chunks_per_rank);
    const Placement placement = MakePlacement(wanted.kind, pipeline.shape);
    if (placement.num_replicas() > 1) continue;
    std::vector<MemoryShortage> shortages = ShortagesOf(pipeline, placement);
    absl::int128 lack = 0;
    for (const MemoryShortage& shortage : shortages) {
      lack += shortage.needed_bytes - shortage.limit_bytes;
    }
    if (!first && lack >= least_lack) continue;
    first = false;
    least = std::move(shortages);
    least_lack = lack;
  }
  return least;
}

int64_t SmallestLimit(const SearchProblem& problem) {
  int64_t smallest = std::numeric_limits<int64_t>::max();
  for (const SearchPlacement& wanted : problem.placements) {
    const Pipeline pipeline = SplitSlices(problem.machine, wanted.chunks_per_rank);
    const Placement placement = MakePlacement(wanted.kind, pipeline.shape);
    if (placement.num_replicas() > 1) continue;
    int64_t limit = 0;
    for (int r = 0; r < placement.num_ranks(); ++r) {
      limit = std::max(limit, NeededBytes(pipeline, placement, r));
    }
    smallest = std::min(smallest, limit);
  }
  return smallest;
}

absl::StatusOr<SearchResult> Search(const SearchProblem& problem, const SearchBudget& budget,
                                    Cancelled stop,
                                    absl::FunctionRef<void(const SearchProgress&)> progress,
                                    const std::vector<SearchAnswer>& known) {
  Searcher searcher(problem, budget, stop);
  searcher.Start(known);
  return searcher.Run(progress);
}

}  // namespace pipesched
