#include "daemon/plan_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/errors.h"
#include "daemon/plan_cost.h"
#include "engine/model/order_text.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

// A plan of `microbatches` on two ranks.
PlanInput Input(int microbatches, int64_t forward = 1) {
  PlanInput input;
  input.kind = FindScheduleKind("1f1b");
  input.pipeline.shape = {.num_ranks = 2, .num_microbatches = microbatches};
  StageCost cost;
  cost.forward = forward;
  cost.backward = 2 * forward;
  input.pipeline.stages = {cost, cost};
  input.pipeline.p2p_forward = {0};
  input.pipeline.p2p_backward = {0};
  return input;
}

std::string KeyOf(const PlanInput& input) {
  const absl::StatusOr<std::string> key = PlanKey(input, NeverCancelled);
  EXPECT_THAT(key, IsOk());
  return key.value_or("");
}

// What an asker was told.
struct Answer {
  absl::StatusOr<SharedPlan> plan = absl::UnknownError("not told");
  PlanOrigin origin = PlanOrigin::kNone;
  int times = 0;
};

PlanSource::Asker AskerOf(
    Answer& answer, std::function<bool()> abandoned = [] { return false; }) {
  return {std::move(abandoned),
          [&answer](const absl::StatusOr<SharedPlan>& plan, PlanOrigin origin) {
            answer.plan = plan;
            answer.origin = origin;
            ++answer.times;
          }};
}

absl::Status RunNow(std::function<void()> compute) {
  compute();
  return absl::OkStatus();
}

// Keeps computations for later.
class Later {
 public:
  absl::Status operator()(std::function<void()> compute) {
    waiting_.push_back(std::move(compute));
    return absl::OkStatus();
  }
  void RunAll() {
    for (const auto& compute : std::exchange(waiting_, {})) compute();
  }
  size_t size() const { return waiting_.size(); }

 private:
  std::vector<std::function<void()>> waiting_;
};

TEST(PlanSourceTest, ComputesOnceAndThenAnswersFromTheCache) {
  PlanSource source({.cache_bytes = 1 << 20});
  Answer first;
  Answer second;
  Answer other;
  source.Get(Input(8), AskerOf(first), RunNow);
  source.Get(Input(8), AskerOf(second), RunNow);
  source.Get(Input(9), AskerOf(other), RunNow);
  ASSERT_THAT(first.plan, IsOk());
  EXPECT_EQ(first.origin, PlanOrigin::kComputed);
  EXPECT_EQ(second.origin, PlanOrigin::kCached);
  EXPECT_EQ(*first.plan, *second.plan);
  EXPECT_EQ(other.origin, PlanOrigin::kComputed);
  EXPECT_EQ((*first.plan)->timeline.makespan, (8 + 2 - 1) * 3);
  EXPECT_EQ((*other.plan)->timeline.makespan, (9 + 2 - 1) * 3);
}

// Neither cached plans nor computations under way are for who asks for one of its own, nor
// is its plan for others.
TEST(PlanSourceTest, WhoAsksForAComputationOfItsOwnHasOne) {
  PlanSource source({.cache_bytes = 1 << 20});
  const auto alone = [](Answer& answer) {
    PlanSource::Asker asker = AskerOf(answer);
    asker.alone = true;
    return asker;
  };
  Answer first, second, third, fourth;
  Later later;
  source.Get(Input(8), alone(first), std::ref(later));
  source.Get(Input(8), AskerOf(second), std::ref(later));
  source.Get(Input(8), alone(third), std::ref(later));
  EXPECT_EQ(later.size(), 3u);
  later.RunAll();
  source.Get(Input(8), alone(fourth), RunNow);
  for (const Answer* answer : {&first, &second, &third, &fourth}) {
    EXPECT_EQ(answer->times, 1);
    EXPECT_EQ(answer->origin, PlanOrigin::kComputed);
    ASSERT_THAT(answer->plan, IsOk());
    EXPECT_EQ((*answer->plan)->digest, (*first.plan)->digest);
  }
  EXPECT_NE(*first.plan, *second.plan);
  EXPECT_NE(*fourth.plan, *second.plan);
  Answer cached;
  source.Get(Input(8), AskerOf(cached), RunNow);
  EXPECT_EQ(cached.origin, PlanOrigin::kCached);
  EXPECT_EQ(*cached.plan, *second.plan);
  EXPECT_EQ(source.counts().misses, 4);
  EXPECT_EQ(source.counts().hits, 1);
}

TEST(PlanSourceTest, EqualInputsJoinTheComputationUnderWay) {
  PlanSource source({.cache_bytes = 1 << 20});
  Later later;
  std::vector<Answer> answers(200);
  for (Answer& answer : answers) source.Get(Input(8), AskerOf(answer), std::ref(later));
  EXPECT_EQ(later.size(), 1u);
  later.RunAll();
  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.times, 1);
    ASSERT_THAT(answer.plan, IsOk());
    EXPECT_EQ(*answer.plan, *answers[0].plan);
    EXPECT_EQ(answer.origin, &answer == &answers[0] ? PlanOrigin::kComputed : PlanOrigin::kShared);
  }
  EXPECT_EQ(source.counts().misses, 1);
  EXPECT_EQ(source.counts().joined, 199);
}

// Two requests whose values are equal, one of which left the split of backwards to
// the default: the response of that one has a note.
TEST(PlanSourceTest, WhatANoteDependsOnIsPartOfTheKey) {
  PlanInput given = Input(8);
  PlanInput defaulted = Input(8);
  defaulted.pipeline.backward_split_defaulted = true;
  EXPECT_NE(KeyOf(given), KeyOf(defaulted));
  EXPECT_EQ(KeyOf(given), KeyOf(Input(8)));
}

TEST(PlanSourceTest, AGivenOrderIsPartOfTheKey) {
  const auto given = [](const char* text) {
    PlanInput input = Input(1);
    input.kind = FindScheduleKind("custom");
    absl::StatusOr<Order> order = ParseOrder(text);
    EXPECT_THAT(order, IsOk());
    const auto placement = InferPlacement(input.pipeline.shape, *order);
    EXPECT_THAT(placement, IsOk());
    input.given = GivenOrder{*std::move(order), *placement};
    return KeyOf(input);
  };
  EXPECT_EQ(given("0F0 0B0\n1F0 1B0\n"), given("0F0 0B0\n1F0 1B0\n"));
  EXPECT_NE(given("0F0 0B0\n1F0 1B0\n"), given("0F0 0I0 0W0\n1F0 1B0\n"));
  EXPECT_NE(given("0F0 0B0\n1F0 1B0\n"), given("1F0 1B0\n0F0 0B0\n"));
}

TEST(PlanSourceTest, TheComputationGoesOnWhileAnybodyWaits) {
  PlanSource source({});
  Later later;
  Answer gone;
  Answer waiting;
  source.Get(Input(8), AskerOf(gone, [] { return true; }), std::ref(later));
  source.Get(Input(8), AskerOf(waiting), std::ref(later));
  later.RunAll();
  EXPECT_THAT(waiting.plan, IsOk());
  Answer alone;
  source.Get(Input(9), AskerOf(alone, [] { return true; }), RunNow);
  EXPECT_THAT(alone.plan, StatusIs(absl::StatusCode::kCancelled, testing::_));
}

// Somebody joins while the computation notices that all others have gone: either
// joins it in time, or begins another one.
TEST(PlanSourceTest, WhoJoinsACancelledComputationStillGetsAPlan) {
  for (int i = 0; i < 100; ++i) {
    PlanSource source({});
    Answer gone;
    Answer late;
    std::thread joiner;
    const auto abandoned = [&] {
      if (!joiner.joinable()) {
        joiner = std::thread([&] { source.Get(Input(8), AskerOf(late), RunNow); });
      }
      return true;
    };
    source.Get(Input(8), AskerOf(gone, abandoned), RunNow);
    joiner.join();
    EXPECT_THAT(late.plan, IsOk());
    EXPECT_EQ(late.times, 1);
  }
}

TEST(PlanSourceTest, ErrorsReachAllAndAreNotKept) {
  PlanSource source({.cache_bytes = 1 << 20});
  Answer first;
  Answer second;
  source.Get(Input(8), AskerOf(first), [&](std::function<void()>) {
    source.Get(Input(8), AskerOf(second), RunNow);
    return absl::ResourceExhaustedError("no worker");
  });
  for (const Answer* answer : {&first, &second}) {
    EXPECT_THAT(answer->plan, StatusIs(absl::StatusCode::kResourceExhausted, "no worker"));
    EXPECT_EQ(answer->times, 1);
  }
  Answer third;
  source.Get(Input(8), AskerOf(third), RunNow);
  EXPECT_THAT(third.plan, IsOk());
}

TEST(PlanSourceTest, TheCacheStaysWithinItsBytes) {
  Answer answer;
  PlanSource probe({});
  probe.Get(Input(8), AskerOf(answer), RunNow);
  ASSERT_THAT(answer.plan, IsOk());
  const int64_t bytes = PlanBytes(**answer.plan);

  PlanSource source({.cache_bytes = 3 * bytes});
  const auto origin_of = [&](int64_t forward) {
    Answer told;
    source.Get(Input(8, forward), AskerOf(told), RunNow);
    return told.origin;
  };
  for (int64_t forward = 1; forward <= 3; ++forward) origin_of(forward);
  EXPECT_EQ(origin_of(1), PlanOrigin::kCached);  // 2 is now the least recently used
  EXPECT_EQ(origin_of(4), PlanOrigin::kComputed);
  EXPECT_EQ(source.counts().evictions, 1);
  EXPECT_EQ(source.counts().cache_bytes, 3 * bytes);
  EXPECT_EQ(origin_of(1), PlanOrigin::kCached);
  EXPECT_EQ(origin_of(2), PlanOrigin::kComputed);
  // A plan that is larger than the cache pushes nothing out.
  Answer large;
  source.Get(Input(800), AskerOf(large), RunNow);
  EXPECT_EQ(source.counts().cache_bytes, 3 * bytes);
}

TEST(PlanSourceTest, MemoryIsReservedForAsLongAsAPlanLives) {
  const int64_t estimate = EstimatePlanBytes(Input(8));
  const auto memory = std::make_shared<MemoryBudget>(2 * estimate);
  PlanSource source({.cache_bytes = 1 << 20, .memory = memory});
  Answer held;
  source.Get(Input(8, 1), AskerOf(held), RunNow);
  {
    Answer cached;
    source.Get(Input(8, 2), AskerOf(cached), RunNow);
    ASSERT_THAT(cached.plan, IsOk());
  }
  EXPECT_GT(memory->reserved(), estimate);  // both plans
  // The plan that only the cache holds makes room; the other one cannot.
  Answer third;
  source.Get(Input(8, 3), AskerOf(third), RunNow);
  ASSERT_THAT(third.plan, IsOk());
  Answer refused;
  source.Get(Input(8, 4), AskerOf(refused), RunNow);
  EXPECT_THAT(refused.plan, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("no memory")));
  EXPECT_EQ(source.counts().memory_refusals, 1);
  held.plan = absl::UnknownError("given back");
  Answer fits;
  source.Get(Input(8, 5), AskerOf(fits), RunNow);
  EXPECT_THAT(fits.plan, IsOk());
}

TEST(PlanSourceTest, TheEstimateIsAnUpperBound) {
  int plans = 0;
  for (const ScheduleKind& kind : AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;  // custom
    for (const int chunks : {1, 2}) {
      PlanInput input = Input(8);
      input.kind = &kind;
      input.pipeline.shape.chunks_per_rank = chunks;
      input.pipeline.stages.resize(static_cast<size_t>(2 * chunks), input.pipeline.stages[0]);
      input.pipeline.p2p_forward.resize(static_cast<size_t>(2 * chunks - 1));
      input.pipeline.p2p_backward.resize(static_cast<size_t>(2 * chunks - 1));
      if (!kind.check(input.pipeline.shape, {}).empty()) continue;
      const int64_t estimate = EstimatePlanBytes(input);
      const auto plan = ComputePlan(std::move(input), NeverCancelled);
      ASSERT_THAT(plan, IsOk()) << kind.name;
      EXPECT_LE(PlanBytes(*plan), estimate) << kind.name;
      ++plans;
    }
  }
  EXPECT_GE(plans, static_cast<int>(AllScheduleKinds().size()) - 1);
}

// What is fitted to the times is not computed on the thread that read the request.
TEST(PlanSourceTest, FittedKindsAreMoreWork) {
  PlanInput input = Input(8);
  const int64_t work = PlanWork(input);
  EXPECT_EQ(work, PlanParts(input));
  for (const char* kind : {"v_half", "v_min", "v_1f1b", "wave"}) {
    input.kind = FindScheduleKind(kind);
    EXPECT_GE(PlanWork(input), 10 * work) << kind;
  }
}

TEST(PlanSourceTest, ManyThreadsShareFewComputations) {
  PlanSource source({.cache_bytes = 1 << 20});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const int microbatches = 1 + (i + t) % 4;
        source.Get(Input(microbatches),
                   {[] { return false; },
                    [&right, microbatches](const absl::StatusOr<SharedPlan>& plan, PlanOrigin) {
                      if (plan.ok() && (*plan)->timeline.makespan == (microbatches + 1) * 3) {
                        ++right;
                      }
                    }},
                   RunNow);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8 * 200);
  EXPECT_EQ(source.counts().misses, 4);
}

}  // namespace
}  // namespace pipesched
