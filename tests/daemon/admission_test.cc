#include "daemon/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/errors.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

constexpr Job kJob = {.kind = 1, .parts = 1000};

absl::Duration DelayOf(const absl::Status& status) {
  return RetryDelayOf(status).value_or(absl::InfiniteDuration());
}

TEST(AdmissionTest, NeverQueuesMoreThanFit) {
  Admission admission({.workers = 1, .max_queued = 2});
  EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
  EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
  const auto refused = admission.Admit(kJob, absl::InfiniteDuration());
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2 calls wait")));
  EXPECT_EQ(ReasonOf(refused.status()), "OVERLOADED");
  EXPECT_EQ(admission.queued(), 2);
}

TEST(AdmissionTest, AStartedJobLeavesTheQueue) {
  Admission admission({.workers = 1, .max_queued = 1});
  const auto first = admission.Admit(kJob, absl::InfiniteDuration());
  ASSERT_THAT(first, IsOk());
  admission.Start(*first);
  EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
  admission.Finish(*first);
}

// 1 s a job and two workers: with two running and two waiting, the next one would
// wait for 2 s.
TEST(AdmissionTest, RefusesWhatWouldWaitTooLong) {
  Admission admission({.workers = 2, .max_queued = 100, .max_wait = absl::Milliseconds(1500)});
  admission.Learn(kJob, absl::Seconds(1));
  std::vector<Admission::Ticket> running;
  for (int i = 0; i < 4; ++i) {
    const auto ticket = admission.Admit(kJob, absl::InfiniteDuration());
    ASSERT_THAT(ticket, IsOk()) << i;
    if (i < 2) admission.Start(*ticket);
    if (i < 2) running.push_back(*ticket);
  }
  const auto refused = admission.Admit(kJob, absl::InfiniteDuration());
  ASSERT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("about 2s")));
  EXPECT_EQ(DelayOf(refused.status()), absl::Seconds(2));
  // When the running ones are done there is less to wait for.
  for (const Admission::Ticket& ticket : running) admission.Finish(ticket);
  EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
}

// However long jobs take, each worker may have one waiting.
TEST(AdmissionTest, AJobAWorkerMayAlwaysWait) {
  Admission admission({.workers = 2, .max_queued = 100, .max_wait = absl::Milliseconds(1)});
  admission.Learn(kJob, absl::Seconds(100));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
  EXPECT_THAT(admission.Admit(kJob, absl::InfiniteDuration()),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("would wait")));
}

TEST(AdmissionTest, RefusesWhatItsDeadlineLeavesNoTimeFor) {
  Admission admission({.workers = 1, .max_queued = 100, .max_wait = absl::Hours(1)});
  // Nothing is known yet: it may try.
  EXPECT_THAT(admission.Admit(kJob, absl::Milliseconds(1)), IsOk());
  admission.Learn(kJob, absl::Seconds(1));
  EXPECT_THAT(
      admission.Admit(kJob, absl::Milliseconds(900)),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the deadline is in 900ms")));
  EXPECT_THAT(admission.Admit(kJob, absl::Milliseconds(1100)), IsOk());
  // Half of the parts take half of the time; another kind is not known.
  EXPECT_THAT(admission.Admit({.kind = 1, .parts = 500}, absl::Milliseconds(1600)), IsOk());
  EXPECT_THAT(admission.Admit({.kind = 2, .parts = 1 << 30}, absl::Seconds(2)), IsOk());
}

TEST(AdmissionTest, DelaysAreNeitherTooShortNorTooLong) {
  Admission admission({.workers = 1, .max_queued = 1});
  ASSERT_THAT(admission.Admit(kJob, absl::InfiniteDuration()), IsOk());
  EXPECT_EQ(DelayOf(admission.Admit(kJob, absl::InfiniteDuration()).status()),
            absl::Milliseconds(50));
  Admission slow({.workers = 1, .max_queued = 1});
  slow.Learn(kJob, absl::Hours(1));
  ASSERT_THAT(slow.Admit(kJob, absl::InfiniteDuration()), IsOk());
  EXPECT_EQ(DelayOf(slow.Admit(kJob, absl::InfiniteDuration()).status()), absl::Seconds(5));
}

TEST(MemoryBudgetTest, PromisesNoMoreThanThereIs) {
  MemoryBudget memory(100);
  EXPECT_TRUE(memory.TryReserve(60));
  EXPECT_FALSE(memory.TryReserve(41));
  EXPECT_TRUE(memory.TryReserve(40));
  EXPECT_FALSE(memory.TryReserve(1));
  memory.Release(60);
  EXPECT_EQ(memory.reserved(), 40);
  EXPECT_TRUE(memory.TryReserve(60));
}

}  // namespace
}  // namespace pipesched
