// Memory of calls that have no plan of their own: it is estimated before their work begins.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/handlers.h"
#include "pipesched/v1/search.pb.h"
#include "pipesched/v1/validate.pb.h"
#include "tests/daemon/requests.h"
#include "tests/support/peak_memory.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

constexpr int64_t kUncounted = 4 << 20;  // the heap's own, and stacks

class WorkMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!MeasuresMemory()) GTEST_SKIP() << "sanitizers take memory of their own";
  }

  int64_t MostMemoryOf(const v1::ValidateScheduleRequest& request) const {
    v1::ValidateScheduleResponse response;
    return MostMemory(
        [&] { EXPECT_THAT(HandleValidateSchedule(request, context_, response), IsOk()); });
  }

  const Limits limits_ = {};
  const CallContext context_ = {limits_, NeverCancelled, absl::InfiniteFuture()};
};

// One rank, all forwards first: the shortest cells, so the most a byte.
v1::ValidateScheduleRequest GivenOrder(int ranks, int microbatches, char separator) {
  std::string text;
  for (int r = 0; r < ranks; ++r) {
    for (const char kind : {'F', 'B'}) {
      for (int m = 0; m < microbatches; ++m) {
        absl::StrAppend(&text, kind == 'F' && m == 0 ? "" : std::string(1, separator), r,
                        std::string(1, kind), m);
      }
    }
    text += '\n';
  }
  v1::ValidateScheduleRequest request;
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_CUSTOM);
  (separator == ',' ? *request.mutable_schedule()->mutable_pytorch_csv()
                    : *request.mutable_schedule()->mutable_order()) = text;
  return request;
}

TEST_F(WorkMemoryTest, AGivenOrderTakesNoMoreThanItsEstimate) {
  for (const char separator : {' ', ','}) {
    for (const bool lower : {false, true}) {
      // Few ranks have long lines, many have short numbers.
      for (const int ranks : {8, 2000}) {
        auto request = GivenOrder(ranks, 400'000 / ranks, separator);
        if (lower) request.set_lowering(v1::LOWERING_EAGER);
        const int64_t estimate = ValidateBytes(request, limits_);
        const int64_t most = MostMemoryOf(request);
        EXPECT_LE(most, estimate + kUncounted) << ranks << separator << lower;
        RecordProperty(absl::StrCat("share_", ranks, separator == ',' ? "c" : "o", lower),
                       absl::StrCat(100 * most / estimate));
      }
    }
  }
}

TEST_F(WorkMemoryTest, AMadeOrderTakesNoMoreThanItsEstimate) {
  for (const char* kind : {"1F1B", "ZB_H2"}) {
    auto request = Parse<v1::ValidateScheduleRequest>(
        absl::StrCat("pipeline { num_stages: 64 num_microbatches: 6000 } lowering: LOWERING_EAGER "
                     "schedule { kind: SCHEDULE_KIND_",
                     kind, " }"));
    const int64_t estimate = ValidateBytes(request, limits_);
    const int64_t most = MostMemoryOf(request);
    EXPECT_LE(most, estimate + kUncounted) << kind;
    RecordProperty(absl::StrCat("share_", kind), absl::StrCat(100 * most / estimate));
  }
}

TEST_F(WorkMemoryTest, AComparisonTakesNoMoreThanItsEstimate) {
  const auto request =
      Parse<v1::CompareSchedulesRequest>("pipeline { num_stages: 16 num_microbatches: 4000 }");
  v1::CompareSchedulesResponse response;
  const int64_t estimate = CompareBytes(request, limits_);
  const int64_t most =
      MostMemory([&] { EXPECT_THAT(HandleCompareSchedules(request, context_, response), IsOk()); });
  EXPECT_LE(most, estimate + kUncounted);
  RecordProperty("share", absl::StrCat(100 * most / estimate));
}

TEST_F(WorkMemoryTest, ASearchTakesNoMoreThanItsEstimate) {
  const char* sizes[] = {"num_stages: 16 num_microbatches: 160",
                         "num_stages: 64 num_microbatches: 80",
                         // Small, and nothing is known to be the best of it.
                         "num_stages: 4 num_microbatches: 8 p2p_time: 1 "
                         "stage_costs { forward: 7 backward: 10 activation_bytes: 2 } "
                         "stage_costs { forward: 1 backward: 14 activation_bytes: 2 } "
                         "stage_costs { forward: 9 backward: 4 activation_bytes: 2 } "
                         "stage_costs { forward: 3 backward: 9 activation_bytes: 2 }"};
  int count = 0;
  for (const bool pareto : {false, true}) {
    for (const char* size : sizes) {
      for (const char* how : {"", "placement: SEARCH_PLACEMENT_ANY",
                              "objective: SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START"}) {
        SCOPED_TRACE(absl::StrCat(size, " ", how, " pareto: ", pareto));
        auto request = Parse<v1::SearchScheduleRequest>(
            absl::StrCat("pipeline { ", size, " } candidate_budget: 100 ", how));
        request.set_pareto(pareto);
        const int64_t estimate = SearchBytes(request);
        const int64_t most = MostMemory([&] {
          EXPECT_THAT(
              HandleSearchSchedule(request, context_, [](const v1::SearchScheduleResponse&) {}),
              IsOk());
        });
        EXPECT_LE(most, estimate + kUncounted);
        RecordProperty(absl::StrCat("share_", count++), absl::StrCat(100 * most / estimate));
      }
    }
  }
}

TEST_F(WorkMemoryTest, WhatIsClaimedBeyondTheLimitsReservesNoMoreThanTheLimits) {
  const auto validate = Parse<v1::ValidateScheduleRequest>(
      "pipeline { num_stages: 2147483647 num_microbatches: 2147483647 } "
      "schedule { kind: SCHEDULE_KIND_1F1B }");
  EXPECT_LE(ValidateBytes(validate, limits_), int64_t{limits_.max_ops} * 180);
  EXPECT_GE(ValidateBytes(validate, limits_), 0);
  const auto compare = Parse<v1::CompareSchedulesRequest>(
      "pipeline { num_stages: 2147483647 num_microbatches: 2147483647 } chunks_per_rank: 99");
  EXPECT_LE(CompareBytes(compare, limits_), int64_t{limits_.max_ops} * 160);
  EXPECT_GE(CompareBytes(compare, limits_), 0);
}

}  // namespace
}  // namespace pipesched
