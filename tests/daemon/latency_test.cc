// How long a daemon with a free processor takes (docs/guarantees.md); what it really takes is
// in tests/bench/service_bench.cc.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/requests.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

// A plan of its own each time.
std::string PlanText(int p2p) {
  return absl::StrCat("pipeline { num_stages: 64 num_microbatches: 512 p2p_time: ", p2p,
                      " } schedule { kind: SCHEDULE_KIND_1F1B } ");
}

template <typename Call>
void ExpectWithin(absl::Duration promised, const Call& call) {
  const absl::Time start = absl::Now();
  EXPECT_THAT(call(), IsOk());
  EXPECT_LT(absl::Now() - start, WithSlack(promised));
}

TEST(LatencyTest, PlansAndPicturesComeInThePromisedTime) {
  const Daemon daemon({"--listen", "127.0.0.1:0"});
  ASSERT_EQ(daemon.addresses.size(), 1U);
  const client::Client client(client::MakeChannel(daemon.addresses[0]));
  ExpectWithin(absl::Milliseconds(50), [&] {
    return client.ComputeSchedule(Parse<v1::ComputeScheduleRequest>(PlanText(1)));
  });
  ExpectWithin(absl::Milliseconds(100), [&] {
    return client.ComputeSchedule(
        Parse<v1::ComputeScheduleRequest>(PlanText(2) + "view: VIEW_FULL"));
  });
  ExpectWithin(absl::Milliseconds(200), [&] {
    return client.RenderSchedule(
        Parse<v1::RenderScheduleRequest>(PlanText(3) + "format: RENDER_FORMAT_PNG"));
  });
}

}  // namespace
}  // namespace pipesched
