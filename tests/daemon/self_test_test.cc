#include "daemon/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

TEST(SelfTestTest, PassesWhereTheProgramWorks) { EXPECT_THAT(RunSelfTest(), IsOk()); }

// Limits stand for a schedule that cannot be computed, and a picture that cannot be
// drawn.
TEST(SelfTestTest, SaysWhatDoesNotWork) {
  Limits limits;
  limits.max_ops = 8;
  EXPECT_THAT(RunSelfTest(limits),
              StatusIs(absl::StatusCode::kInternal, testing::HasSubstr("self-test: ")));
  limits = {};
  limits.max_picture_pixels = 8;
  EXPECT_THAT(RunSelfTest(limits),
              StatusIs(absl::StatusCode::kInternal, testing::HasSubstr("pixels")));
}

}  // namespace
}  // namespace pipesched
