// What every answer of a search keeps to.

#include "engine/search/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/metrics/lower_bound.h"
#include "engine/metrics/memory.h"
#include "engine/metrics/metrics.h"
#include "engine/model/order_text.h"
#include "engine/model/slices.h"
#include "engine/order/registry.h"
#include "engine/search/free_start.h"
#include "engine/search/pareto.h"
#include "engine/sim/simulator.h"
#include "engine/sim/validate.h"
#include "tests/support/exhaustive.h"
#include "tests/support/oracle.h"
#include "tests/support/pipelines.h"
#include "tests/support/sanitizer.h"

namespace pipesched {
namespace {

constexpr SearchObjective kObjectives[] = {SearchObjective::kMakespan,
                                           SearchObjective::kLongestRankSpan,
                                           SearchObjective::kLongestRankSpanFreeStart};

void Ignore(const SearchProgress&) {}

SearchResult MustSearch(const SearchProblem& problem, const SearchBudget& budget) {
  absl::StatusOr<SearchResult> result = Search(problem, budget, NeverCancelled, Ignore);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

int64_t LongestSpan(const Order& order, const Timeline& timeline) {
  int64_t span = 0;
  for (int r = 0; r < order.num_ranks(); ++r) {
    const auto begin = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r)]);
    const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(r) + 1]);
    if (begin < end) span = std::max(span, timeline.ends[end - 1] - timeline.starts[begin]);
  }
  return span;
}

int64_t ValueOfTimes(SearchObjective objective, const Order& order, const Timeline& timeline) {
  return objective == SearchObjective::kMakespan ? timeline.makespan : LongestSpan(order, timeline);
}

// A machine with random times and bytes, and limits between what is needed at least and
// what no order passes; with one p2p time if `uniform_p2p`.
Pipeline RandomMachine(int ranks, int microbatches, bool uniform_p2p, std::mt19937& random) {
  Pipeline machine = RandomPipeline(ranks, 1, microbatches, random);
  for (StageCost& cost : machine.stages) {
    cost.overlapped_pair.reset();
    cost.weight_grad_bytes = std::min(cost.weight_grad_bytes, cost.activation_bytes);
  }
  if (uniform_p2p) {
    const int64_t p2p = std::uniform_int_distribution<int64_t>(0, 4)(random);
    machine.p2p_forward.assign(static_cast<size_t>(ranks) - 1, p2p);
    machine.p2p_backward = machine.p2p_forward;
  }
  machine.memory_limit_bytes.clear();
  if (random() % 4 != 0) {
    for (const StageCost& cost : machine.stages) {
      const int64_t most = cost.activation_bytes * microbatches;
      machine.memory_limit_bytes.push_back(200 + cost.static_bytes + cost.activation_bytes +
                                           std::uniform_int_distribution<int64_t>(0, most)(random));
    }
  }
  return machine;
}

// Whether an order stays within the limits, and its times are the rules', by the oracle.
void ExpectRight(const SearchProblem& problem, const SearchAnswer& answer) {
  const Pipeline& pipeline = answer.pipeline;
  EXPECT_EQ(FindOrderErrors(answer.placement, pipeline.shape.num_microbatches, answer.order),
            std::vector<std::string>());
  const OracleTimes times = ReferenceTimes(pipeline, answer.placement, answer.order);
  for (size_t r = 0; r < pipeline.memory_limit_bytes.size(); ++r) {
    EXPECT_LE(
        ReferencePeak(pipeline, answer.placement, answer.order, times, static_cast<int>(r)).bytes,
        pipeline.memory_limit_bytes[r]);
  }
  EXPECT_EQ(answer.value, ValueOfTimes(problem.objective, answer.order, answer.timeline));
  if (problem.objective != SearchObjective::kLongestRankSpanFreeStart) {
    EXPECT_EQ(answer.timeline.starts, times.starts);
    return;
  }
  // Late, but never before its time.
  for (size_t i = 0; i < times.starts.size(); ++i) {
    EXPECT_GE(answer.timeline.starts[i], times.starts[i]);
  }
  EXPECT_LE(answer.value, LongestSpan(answer.order, {times.starts, times.ends, 0}));
}

void ExpectNoWorseThanFixedKinds(const SearchProblem& problem, int64_t value) {
  for (const SearchPlacement& wanted : problem.placements) {
    const Pipeline pipeline = SplitSlices(problem.machine, wanted.chunks_per_rank);
    for (const ScheduleKind& kind : AllScheduleKinds()) {
      if (kind.make_order == nullptr || kind.placement != wanted.kind) continue;
      if (!kind.check(pipeline.shape, {}).empty()) continue;
      const Placement placement = MakePlacement(wanted.kind, pipeline.shape);
      const absl::StatusOr<Order> made = kind.make_order(pipeline, {}, NeverCancelled);
      if (!made.ok()) continue;  // Ops of no time can keep a kind from fitting its blocks.
      const Order& order = *made;
      if (!problem.split_backward && FormsOf(order).split_backward) continue;
      bool fits = true;
      for (size_t r = 0; r < pipeline.memory_limit_bytes.size(); ++r) {
        const int rank = static_cast<int>(r);
        fits = fits && FindMemoryPeak(pipeline, placement, rank, order.rank(rank)).bytes <=
                           pipeline.memory_limit_bytes[r];
      }
      if (!fits) continue;
      absl::StatusOr<Timeline> simulated = Simulate(pipeline, placement, order);
      ASSERT_TRUE(simulated.ok()) << kind.name << simulated.status();
      Timeline timeline = *std::move(simulated);
      if (problem.objective == SearchObjective::kLongestRankSpanFreeStart) {
        DelayStarts(pipeline, placement, order, timeline, NeverCancelled);
      }
      EXPECT_LE(value, ValueOfTimes(problem.objective, order, timeline)) << kind.name;
    }
  }
}

TEST(SearchTest, AnswersAreRightAndNoWorseThanAnyFixedKindThatFits) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 90; ++trial) {
    SCOPED_TRACE(trial);
    const int ranks = 1 + static_cast<int>(random() % 4);
    const int microbatches = 1 + static_cast<int>(random() % 9);
    const bool uniform_p2p = trial % 3 != 0;
    SearchProblem problem;
    problem.machine = RandomMachine(ranks, microbatches, uniform_p2p, random);
    problem.objective = kObjectives[trial / 3 % 3];
    problem.split_backward = trial % 5 != 0;
    problem.placements = {{PlacementKind::kLinear, 1}, {PlacementKind::kBidirectional, 1}};
    if (uniform_p2p) {
      problem.placements.push_back({PlacementKind::kV, 2});
      problem.placements.push_back({PlacementKind::kRoundRobin, 2 + trial % 2});
      problem.placements.push_back({PlacementKind::kWave, 4});
    }
    if (microbatches % 2 != 0 || ranks % 2 != 0) {
      problem.placements.erase(problem.placements.begin() + 1);
    }
    if (!FindShortages(problem).empty()) continue;
    const SearchResult result =
        MustSearch(problem, {.candidates = 400, .seed = static_cast<uint64_t>(trial)});
    ExpectRight(problem, result.answer);
    EXPECT_LE(result.bound, result.answer.value);
    ExpectNoWorseThanFixedKinds(problem, result.answer.value);
  }
}

TEST(SearchTest, BoundsAreSoundAndOptimaAreReachedOnAllSmallPipelines) {
  std::mt19937 random(11);
  for (int ranks = 1; ranks <= 3; ++ranks) {
    for (int microbatches = 1; microbatches <= 4; ++microbatches) {
      for (const bool split : {false, true}) {
        for (int family = 0; family < 4; ++family) {
          SCOPED_TRACE(
              absl::StrCat("P ", ranks, " M ", microbatches, " split ", split, " family ", family));
          SearchProblem problem;
          problem.split_backward = split;
          problem.placements = {{PlacementKind::kLinear, 1}};
          problem.machine = family == 0 ? UniformPipeline(ranks, microbatches, 1, 2)
                                        : RandomMachine(ranks, microbatches, family == 1, random);
          for (StageCost& cost : problem.machine.stages) {
            // Split orders only: what the exhaustive search looks at.
            if (split) cost.backward = cost.backward_input + cost.backward_weight;
          }
          const Placement placement = MakePlacement(PlacementKind::kLinear, problem.machine.shape);
          const ExhaustiveValues best = SearchExhaustively(problem.machine, placement, split);
          const SearchResult makespan = MustSearch(problem, {.candidates = 4000});
          EXPECT_LE(makespan.bound, best.makespan);
          EXPECT_EQ(makespan.answer.value, best.makespan);
          problem.objective = SearchObjective::kLongestRankSpan;
          const SearchResult span = MustSearch(problem, {.candidates = 4000});
          EXPECT_LE(span.bound, best.longest_rank_span);
          EXPECT_EQ(span.answer.value, best.longest_rank_span);
          problem.objective = SearchObjective::kLongestRankSpanFreeStart;
          const SearchResult free = MustSearch(problem, {.candidates = 4000});
          EXPECT_LE(free.bound, free.answer.value);
          EXPECT_LE(free.answer.value, best.longest_rank_span);
        }
      }
    }
  }
}

// All legal sequences of F, I, W (0, 1, 2) of a rank.
void AddSequences(int microbatches, std::vector<int> prefix, std::array<int, 3> done,
                  std::vector<std::vector<int>>& all) {
  if (done[2] == microbatches) all.push_back(prefix);
  for (size_t kind = 0; kind < 3; ++kind) {
    if (done[kind] == (kind == 0 ? microbatches : done[kind - 1])) continue;
    std::vector<int> longer = prefix;
    longer.push_back(static_cast<int>(kind));
    std::array<int, 3> more = done;
    ++more[kind];
    AddSequences(microbatches, std::move(longer), more, all);
  }
}

// The longest span of two ranks of which the second one starts no sooner than `start`; the
// largest int64 if they deadlock.
int64_t SpanOfTwo(const Pipeline& pipeline, const std::array<std::vector<int>, 2>& orders,
                  int64_t start) {
  std::array<std::array<std::vector<int64_t>, 3>, 2> ends;  // of each rank and kind
  std::array<int64_t, 2> free = {0, start};
  std::array<int64_t, 2> first = {-1, -1};
  std::array<size_t, 2> at = {0, 0};
  for (bool moved = true; moved;) {
    moved = false;
    for (size_t r = 0; r < 2; ++r) {
      while (at[r] < orders[r].size()) {
        const auto kind = static_cast<size_t>(orders[r][at[r]]);
        const size_t microbatch = ends[r][kind].size();
        int64_t begin = free[r];
        const size_t other = 1 - r;
        if (kind < 2 && kind != r) {  // F of rank 1 and I of rank 0 wait for the other rank.
          if (ends[other][kind].size() <= microbatch) break;
          begin = std::max(begin, ends[other][kind][microbatch] + pipeline.p2p_forward[0]);
        }
        const StageCost& cost = pipeline.stages[r];
        const int64_t times[] = {cost.forward, cost.backward_input, cost.backward_weight};
        free[r] = begin + times[kind];
        ends[r][kind].push_back(free[r]);
        if (first[r] < 0) first[r] = begin;
        ++at[r];
        moved = true;
      }
    }
  }
  if (at[0] < orders[0].size() || at[1] < orders[1].size()) {
    return std::numeric_limits<int64_t>::max();
  }
  return std::max(free[0] - first[0], free[1] - first[1]);
}

TEST(SearchTest, FreeStartsReachTheSmallestSpanOfAllOrdersAndStarts) {
  std::mt19937 random(17);
  const auto few = [&] { return static_cast<int64_t>(1 + random() % 4); };
  for (int trial = 0; trial < 24; ++trial) {
    SCOPED_TRACE(trial);
    const int microbatches = 1 + trial % 3;
    SearchProblem problem;
    problem.placements = {{PlacementKind::kLinear, 1}};
    problem.objective = SearchObjective::kLongestRankSpanFreeStart;
    problem.machine = UniformPipeline(2, microbatches, 1, 2);
    int64_t latest = 0;
    for (StageCost& cost : problem.machine.stages) {
      cost.forward = few();
      cost.backward_input = few();
      cost.backward_weight = few();
      cost.backward = cost.backward_input + cost.backward_weight;
      latest += (cost.forward + cost.backward) * microbatches;
    }
    const int64_t p2p = few() - 1;
    problem.machine.p2p_forward = problem.machine.p2p_backward = {p2p};
    std::vector<std::vector<int>> all;
    AddSequences(microbatches, {}, {0, 0, 0}, all);
    int64_t best = std::numeric_limits<int64_t>::max();
    for (const auto& first : all) {
      for (const auto& second : all) {
        for (int64_t start = 0; start <= latest; ++start) {
          best = std::min(best, SpanOfTwo(problem.machine, {first, second}, start));
        }
      }
    }
    const SearchResult found = MustSearch(problem, {.candidates = 4000});
    EXPECT_LE(found.bound, best);
    EXPECT_EQ(found.answer.value, best);
  }
}

TEST(SearchTest, BoundsOfVPlacementAreSoundAndOptimaAreReached) {
  std::mt19937 random(13);
  for (int ranks = 1; ranks <= 3; ++ranks) {
    const int most = ranks == 3 && IsInstrumented() ? 3 : 4;
    for (int microbatches = 1; microbatches <= most; ++microbatches) {
      for (int family = 0; family < 3; ++family) {
        SCOPED_TRACE(absl::StrCat("P ", ranks, " M ", microbatches, " family ", family));
        SearchProblem problem;
        problem.placements = {{PlacementKind::kV, 2}};
        problem.machine = RandomMachine(ranks, microbatches, true, random);
        for (StageCost& cost : problem.machine.stages) {
          cost.backward_input *= 2;
          cost.backward_weight *= 2;
          cost.backward = cost.backward_input + cost.backward_weight;
        }
        const Pipeline pipeline = SplitSlices(problem.machine, 2);
        const Placement placement = MakePlacement(PlacementKind::kV, pipeline.shape);
        const ExhaustiveValues best = SearchExhaustively(pipeline, placement, true);
        const SearchResult makespan = MustSearch(problem, {.candidates = 20'000});
        EXPECT_EQ(makespan.bound, best.makespan);  // proven
        EXPECT_EQ(makespan.answer.value, best.makespan);
        problem.objective = SearchObjective::kLongestRankSpan;
        const SearchResult span = MustSearch(problem, {.candidates = 20'000});
        EXPECT_EQ(span.bound, best.longest_rank_span);
        EXPECT_EQ(span.answer.value, best.longest_rank_span);
      }
    }
  }
}

// Design: 4 ranks, 8 microbatches, F = I = W = 1, rank 1 half as slow again: with the
// memory of each fixed kind, no worse than the kind.
TEST(SearchTest, HeterogeneousStagesAreNoWorseThanEachFixedKind) {
  const struct {
    const char* kind;
    bool split;
    int64_t value;
  } rows[] = {{"gpipe", false, 90},
              {"1f1b", false, 84},
              {"eager_1f1b", false, 78},
              {"zb_h1", true, 76},
              {"zb_h2", true, 74}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.kind);
    SearchProblem problem;
    problem.machine = UniformPipeline(4, 8, 2, 4);
    for (StageCost& cost : problem.machine.stages) {
      cost.backward_input = cost.backward_weight = 2;
      cost.activation_bytes = cost.weight_grad_bytes = 1;
    }
    StageCost& slow = problem.machine.stages[1];
    slow.forward = slow.backward_input = slow.backward_weight = 3;
    slow.backward = 6;
    const Placement placement = MakePlacement(PlacementKind::kLinear, problem.machine.shape);
    const Order order =
        *FindScheduleKind(row.kind)->make_order(problem.machine, {}, NeverCancelled);
    EXPECT_EQ(Simulate(problem.machine, placement, order)->makespan, row.value);
    for (int r = 0; r < 4; ++r) {
      problem.machine.memory_limit_bytes.push_back(
          FindMemoryPeak(problem.machine, placement, r, order.rank(r)).bytes);
    }
    problem.split_backward = row.split;
    problem.placements = {{PlacementKind::kLinear, 1}};
    EXPECT_LE(MustSearch(problem, {.candidates = 20'000}).answer.value, row.value);
  }
}

SearchProblem SmallProblem() {
  SearchProblem problem;
  problem.machine = UniformPipeline(4, 8, 1, 2, 1);
  for (StageCost& cost : problem.machine.stages) {
    cost.activation_bytes = 4;
    cost.weight_grad_bytes = 3;
  }
  problem.placements = {{PlacementKind::kLinear, 1}, {PlacementKind::kV, 2}};
  return problem;
}

TEST(SearchTest, ACandidateBudgetGivesTheSameResultWithAnyNumberOfThreads) {
  const SearchProblem problem = SmallProblem();
  const SearchResult one = MustSearch(problem, {.candidates = 9000, .seed = 5, .threads = 1});
  for (const int threads : {2, 3, 8}) {
    const SearchResult many =
        MustSearch(problem, {.candidates = 9000, .seed = 5, .threads = threads});
    EXPECT_EQ(FormatOrder(many.answer.order), FormatOrder(one.answer.order));
    EXPECT_EQ(many.candidates, one.candidates);
  }
}

TEST(SearchTest, LimitsThatNoOrderFitsNameRankOpAndTheSmallestLimit) {
  SearchProblem problem = SmallProblem();
  problem.placements = {{PlacementKind::kV, 2}};
  problem.machine.memory_limit_bytes = {4, 3, 4, 1};
  problem.machine.stages[3].static_bytes = 10;
  // Rank 0 holds half slices of slices 0 and 3: 2 + 2 bytes and 5 of static ones.
  const std::vector<MemoryShortage> shortages = FindShortages(problem);
  // Rank 2 has just enough.
  ASSERT_EQ(shortages.size(), 3U);
  EXPECT_EQ(shortages[0].rank, 0);
  EXPECT_EQ(FormatOp(shortages[0].op), "7F0");
  EXPECT_EQ(shortages[0].needed_bytes, 9);
  EXPECT_EQ(shortages[1].needed_bytes, 9);
  EXPECT_EQ(shortages[2].rank, 3);
  EXPECT_EQ(shortages[2].needed_bytes, 4);
  // The smallest limits are enough.
  for (const MemoryShortage& shortage : shortages) {
    problem.machine.memory_limit_bytes[static_cast<size_t>(shortage.rank)] = shortage.needed_bytes;
  }
  EXPECT_TRUE(FindShortages(problem).empty());
  ExpectRight(problem, MustSearch(problem, {.candidates = 100}).answer);
}

TEST(SearchTest, TheCurveFallsWithMemoryAndKeepsToItsLimits) {
  SearchProblem problem = SmallProblem();
  for (const SearchObjective objective : kObjectives) {
    problem.objective = objective;
    const auto never = [](int, int) { return false; };
    const absl::StatusOr<std::vector<ParetoPoint>> points =
        SearchPareto(problem, {.candidates = 20'000}, 8, never, Ignore);
    ASSERT_TRUE(points.ok());
    ASSERT_GE(points->size(), 2U);
    EXPECT_EQ(points->front().limit_bytes, SmallestLimit(problem));
    for (size_t i = 0; i < points->size(); ++i) {
      const ParetoPoint& point = (*points)[i];
      ExpectRight(problem, point.result.answer);
      EXPECT_LE(point.peak_bytes, point.limit_bytes);
      EXPECT_LE(point.result.bound, point.result.answer.value);
      if (i == 0) continue;
      EXPECT_GT(point.limit_bytes, (*points)[i - 1].limit_bytes);
      EXPECT_LT(point.result.answer.value, (*points)[i - 1].result.answer.value);
    }
  }
}

TEST(SearchTest, StopsWhereItIsToldToAndAnswersWithTheBestSoFar) {
  SearchProblem problem = SmallProblem();
  problem.machine.memory_limit_bytes.assign(4, 9);
  int polls = 0;
  const auto stop = [&polls] { return ++polls > 40; };
  const absl::StatusOr<SearchResult> result = Search(problem, {}, stop, Ignore);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->stopped);
  EXPECT_LT(polls, 200);
  ExpectRight(problem, result->answer);
}

TEST(SearchTest, StopsAtAProvenOptimumAndAtTheGapAskedFor) {
  SearchProblem problem;
  problem.machine = UniformPipeline(4, 8, 1, 2);
  for (StageCost& cost : problem.machine.stages) cost.backward_input = cost.backward_weight = 1;
  problem.placements = {{PlacementKind::kLinear, 1}};
  const SearchResult optimal = MustSearch(problem, {});  // ends though nothing bounds it
  EXPECT_EQ(optimal.answer.value, 27);
  EXPECT_EQ(optimal.bound, 27);
  problem = SmallProblem();
  problem.machine.memory_limit_bytes.assign(4, 8);
  const SearchResult near = MustSearch(problem, {.gap = 3});
  EXPECT_LE(near.answer.value, 4 * near.bound);
}

TEST(SearchTest, LargestCycleMeanIsThatOfTheBestCycle) {
  // 0 -> 1 -> 0 has mean (5 + 8) / 2, rounded up 7; the loops have 3, 4 and 6.
  EXPECT_EQ(LargestCycleMean({3, 5, -1, 8, 4, 1, -1, -1, 6}, 3), 7);
  EXPECT_EQ(LargestCycleMean({9}, 1), 9);
}

}  // namespace
}  // namespace pipesched
