// 10,000 random pipelines a kind: its orders are whole, run as the slow oracle says, take
// no less than the lower bound, hold what the oracle counts, and are the same in every
// build of the program.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/digest/digest.h"
#include "engine/metrics/metrics.h"
#include "engine/model/order_text.h"
#include "engine/order/given_order.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "engine/sim/validate.h"
#include "tests/support/kinds.h"
#include "tests/support/oracle.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

constexpr int kPipelines = 10'000;

int Uniform(int low, int high, std::mt19937& random) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

struct Case {
  PipelineShape shape;
  ScheduleParams params;
};

// Sizes that are legal for the kind. Most are small, some so long that a kind repeats its
// steady state.
Case RandomCase(const ScheduleKind& kind, std::mt19937& random) {
  const int most_microbatches = Uniform(1, 100, random) == 1 ? 150 : 13;
  while (true) {
    Case result;
    result.shape = {.num_ranks = Uniform(1, 6, random),
                    .chunks_per_rank = Uniform(1, 4, random),
                    .num_microbatches = Uniform(1, most_microbatches, random)};
    if (kind.takes_group_size) result.params.microbatch_group_size = Uniform(0, 13, random);
    if (kind.check(result.shape, result.params).empty()) return result;
  }
}

// Each (stage, microbatch) has one F and one B, or one F, one I and one W, on its rank.
void ExpectWhole(const Placement& placement, const Order& order, int num_microbatches) {
  std::vector<std::vector<OpKind>> ran(static_cast<size_t>(placement.num_stages()) *
                                       static_cast<size_t>(num_microbatches));
  for (int r = 0; r < order.num_ranks(); ++r) {
    for (const Op op : order.rank(r)) {
      ASSERT_EQ(placement.RankOf(op.stage(), op.microbatch()), r);
      ran.at(static_cast<size_t>(op.stage() * num_microbatches + op.microbatch()))
          .push_back(op.kind());
    }
  }
  for (std::vector<OpKind>& ops : ran) {
    std::sort(ops.begin(), ops.end());
    const bool whole = ops == std::vector<OpKind>{OpKind::kForward, OpKind::kBackward};
    const bool split = ops == std::vector<OpKind>{OpKind::kForward, OpKind::kBackwardInput,
                                                  OpKind::kBackwardWeight};
    ASSERT_TRUE(whole || split);
  }
}

void ExpectAsTheOracleSays(const Pipeline& pipeline, const Placement& placement, const Order& order,
                           bool count_memory) {
  const auto timeline = Simulate(pipeline, placement, order);
  ASSERT_THAT(timeline, IsOk());
  const OracleTimes times = ReferenceTimes(pipeline, placement, order);
  ASSERT_EQ(timeline->starts, times.starts);
  ASSERT_EQ(timeline->ends, times.ends);
  const Metrics metrics = *ComputeMetrics(pipeline, placement, order, *timeline);
  ASSERT_EQ(metrics.makespan, *std::max_element(times.ends.begin(), times.ends.end()));
  ASSERT_LE(metrics.lower_bound, metrics.makespan);
  ASSERT_EQ(metrics.critical_path.compute + metrics.critical_path.p2p, metrics.makespan);
  for (int r = 0; count_memory && r < order.num_ranks(); ++r) {
    const MemoryPeak& peak = metrics.ranks[static_cast<size_t>(r)].peak;
    const OraclePeak expected = ReferencePeak(pipeline, placement, order, times, r);
    ASSERT_EQ(peak.bytes, expected.bytes);
    ASSERT_EQ(peak.activations, expected.activations);
    const std::vector<int64_t> held = HeldBytes(pipeline, placement, r, order.rank(r));
    ASSERT_EQ(*std::max_element(held.begin(), held.end()), expected.bytes);
  }
}

// SHA-256 over the digests of a kind's plans, the same under every compiler and level of
// optimization.
const std::map<std::string, std::string> kDigests = {
    {"gpipe", "63ac375703c4e2407913b3500a7804b59fe8951a75bab616f72313db60e455a5"},
    {"1f1b", "e239878d66d09aea83b3be376e4b01f75d2e3a8cea8cfe2b25e9d20c95aba36b"},
    {"eager_1f1b", "30bba4b3d7eddafc2feeef27f955950fd373e715929a0e2c27764fbfa04a8de5"},
    {"1f1b_overlap", "59e09693806d8de215c68c5c2c50e7f4da5c31b5ba1e0fac981ea639f54a6bf9"},
    {"zb_h1", "d913a53335d7d2be2364f14b2903f25af683e23ac44208207370093986201196"},
    {"zb_h2", "d22ecbaf5382271054a8a1a1b38eda1a352ccf8008a509da0d0081f1a8486faa"},
    {"interleaved_1f1b", "8be11bfecb7b75b3f8b18323d28d60e5fdd35fc897263231e98945f4f38b26cd"},
    {"interleaved_1f1b_overlap",
     "8463c7b29b61fb8608e138a7c70ed80c82efe9a9a1b256bfcd95d32974751614"},
    {"looped_bfs", "4acd084cb4e2e8d87822212ed04468ad641211be02766bdfbd697508abef2d07"},
    {"interleaved_zb", "4d99978c6b20df601619df4315dc61db16efc37b21b1ae94d309b5367b99174b"},
    {"zbv", "16bcc755c516cb6c8e3df6e089074ba95c1b91a8b4ea73d11fbb4a6500b7492b"},
    {"v_half", "f5cb4528449b49117fe33c061f582b26c139d21a1a5083cb999a2263f15b3368"},
    {"v_min", "870c9b0d7b7c59218cab3fbe142ef5884a9e6882513dab73327ea3cad4a93490"},
    {"v_1f1b", "c0be91cd09627e0526f40288413ab4aef336f0bfd531fec4e39baec237e8b903"},
    {"dualpipe", "9087d3f3be606dc7c9b6765365e5b9b674417ba1136cdc5117b90b8871c443fc"},
    {"dualpipe_v", "a0d01e0da19f53782e3db3b803cab9e646aff38f064749561b17ac69b12bc713"},
    {"chimera", "731a872e3ce7a0065ed738f660fdb13be905f2a4c0e025ca5324ec207c04460e"},
    {"wave", "5e479ccb86b993841f76e2f9ed6ee84e85cd63d18143b01644cce019c93305ce"},
};

class RandomPipelinesTest : public testing::TestWithParam<const ScheduleKind*> {};

TEST_P(RandomPipelinesTest, OrdersAreWholeAndTimedAsTheOracleSays) {
  const ScheduleKind& kind = *GetParam();
  std::mt19937 random(20'261);
  Sha256 all;
  for (int trial = 0; trial < kPipelines; ++trial) {
    const auto [shape, params] = RandomCase(kind, random);
    SCOPED_TRACE(absl::StrCat("trial ", trial, ": P=", shape.num_ranks,
                              " V=", shape.chunks_per_rank, " M=", shape.num_microbatches,
                              " g=", params.microbatch_group_size));
    const Pipeline pipeline =
        RandomPipeline(shape.num_ranks, shape.chunks_per_rank, shape.num_microbatches, random);
    const Placement placement = MakePlacement(kind.placement, shape);
    const Order order = MakeOrder(kind.name, pipeline, params);
    ExpectWhole(placement, order, shape.num_microbatches);
    ExpectAsTheOracleSays(pipeline, placement, order,
                          /*count_memory=*/trial % 10 == 0 && shape.num_microbatches < 20);
    if (HasFatalFailure()) return;
    const Sha256Digest digest =
        DigestPlan(pipeline, kind.name, kAlgorithmVersion, *DigestOrder(order));
    all.Add(Hex(digest));
  }
  EXPECT_EQ(Hex(all.Finish()), kDigests.at(std::string(kind.name)));
}

// The caller's own order, as text: any order that can run is read, placed, found whole,
// and timed.
TEST(RandomCustomOrdersTest, AreReadPlacedAndTimedAsTheOracleSays) {
  std::mt19937 random(20'262);
  for (int trial = 0; trial < kPipelines; ++trial) {
    const PipelineShape shape{.num_ranks = Uniform(1, 4, random),
                              .chunks_per_rank = Uniform(1, 3, random),
                              .num_microbatches = Uniform(1, 6, random)};
    SCOPED_TRACE(absl::StrCat("trial ", trial));
    const Pipeline pipeline =
        RandomPipeline(shape.num_ranks, shape.chunks_per_rank, shape.num_microbatches, random);
    const Placement placement = RoundRobin(shape);
    const std::string text =
        FormatOrder(RandomOrder(placement, shape.num_microbatches, trial % 3 == 0, random));
    const auto order = ParseOrder(text);
    ASSERT_THAT(order, IsOk());
    const auto inferred = InferPlacement(shape, *order);
    ASSERT_THAT(inferred, IsOk());
    ASSERT_EQ(*inferred, placement);
    ASSERT_THAT(FindOrderErrors(*inferred, shape.num_microbatches, *order), testing::IsEmpty());
    ExpectAsTheOracleSays(pipeline, *inferred, *order, /*count_memory=*/trial % 10 == 0);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, RandomPipelinesTest, testing::ValuesIn(KindsWithOrders()),
                         [](const auto& kind) { return std::string(kind.param->name); });

}  // namespace
}  // namespace pipesched
