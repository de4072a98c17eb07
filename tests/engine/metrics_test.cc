#include "engine/metrics/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "engine/model/order_text.h"
#include "engine/order/passes.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "tests/support/kinds.h"
#include "tests/support/oracle.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

Metrics MetricsOf(const Pipeline& pipeline, const Placement& placement, const Order& order) {
  const auto timeline = Simulate(pipeline, placement, order);
  EXPECT_THAT(timeline, IsOk());
  return *ComputeMetrics(pipeline, placement, order, *timeline);
}

Metrics MetricsOf(const Pipeline& pipeline, const char* kind_name, ScheduleParams params = {}) {
  const ScheduleKind& kind = *FindScheduleKind(kind_name);
  return MetricsOf(pipeline, MakePlacement(kind.placement, pipeline.shape),
                   MakeOrder(kind_name, pipeline, params));
}

TEST(MetricsTest, FourStagesEightMicrobatches) {
  const Metrics metrics = MetricsOf(UniformPipeline(4, 8, 1, 2), "1f1b");
  EXPECT_EQ(metrics.makespan, 33);
  EXPECT_DOUBLE_EQ(metrics.bubble_rate, 9.0 / 33);
  EXPECT_DOUBLE_EQ(metrics.bubble_overhead, 0.375);
  EXPECT_EQ(metrics.longest_rank_span, 33);
  EXPECT_DOUBLE_EQ(metrics.longest_span_bubble_rate, 9.0 / 33);
  EXPECT_EQ(metrics.lower_bound, 33);
  EXPECT_EQ(metrics.gap, 0);
  const RankMetrics& last = metrics.ranks[3];
  EXPECT_EQ(last.busy, 24);
  EXPECT_EQ(last.idle_before, 3);
  EXPECT_EQ(last.idle_between, 0);
  EXPECT_EQ(last.idle_after, 6);
}

TEST(MetricsTest, MemoryIsCountedInDeltas) {
  // F takes 10; I leaves 4 of them to W.
  Pipeline pipeline = UniformPipeline(1, 2, 1, 2);
  pipeline.stages[0].activation_bytes = 10;
  pipeline.stages[0].weight_grad_bytes = 4;
  pipeline.stages[0].static_bytes = 100;
  constexpr struct {
    const char* order;
    int64_t bytes;
    int activations;
    const char* op;
  } kCases[] = {
      {"0F0 0B0 0F1 0B1\n", 110, 1, "0F0"},         {"0F0 0F1 0B0 0B1\n", 120, 2, "0F1"},
      {"0F0 0I0 0F1 0W0 0I1 0W1\n", 114, 2, "0F1"}, {"0F0 0I0 0W0 0F1 0I1 0W1\n", 110, 1, "0F0"},
      {"0F0 (0F1;0B0) 0B1\n", 120, 2, "0F1"},  // Both are held while the block runs.
  };
  const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
  for (const auto& c : kCases) {
    const MemoryPeak peak = MetricsOf(pipeline, placement, *ParseOrder(c.order)).ranks[0].peak;
    EXPECT_EQ(peak.bytes, c.bytes) << c.order;
    EXPECT_EQ(peak.activations, c.activations) << c.order;
    EXPECT_EQ(FormatOp(*peak.op), c.op) << c.order;
  }
}

TEST(MetricsTest, ARankWithoutOpsHoldsItsStaticBytes) {
  Pipeline pipeline = UniformPipeline(2, 1, 1, 2);
  pipeline.stages[1].static_bytes = 7;
  const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
  const RankMetrics idle = MetricsOf(pipeline, placement, *ParseOrder("0F0\n\n")).ranks[1];
  EXPECT_EQ(idle.busy, 0);
  EXPECT_EQ(idle.idle(), 1);
  EXPECT_EQ(idle.peak.bytes, 7);
  EXPECT_FALSE(idle.peak.op.has_value());
}

TEST(MetricsTest, StopsWhenCancelled) {
  const Pipeline pipeline = UniformPipeline(4, 2, 1, 2);
  const Placement placement = MakePlacement(PlacementKind::kLinear, pipeline.shape);
  const Order order = MakeOrder("1f1b", pipeline);
  const auto timeline = Simulate(pipeline, placement, order);
  int polls = 0;
  EXPECT_THAT(
      ComputeMetrics(pipeline, placement, order, *timeline, [&polls] { return ++polls == 3; }),
      StatusIs(absl::StatusCode::kCancelled, testing::_));
  EXPECT_EQ(polls, 3);
}

TEST(MetricsTest, MemorySaturates) {
  Pipeline pipeline = UniformPipeline(1, 4, 1, 2);
  pipeline.stages[0].activation_bytes = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(MetricsOf(pipeline, "gpipe").ranks[0].peak.bytes, std::numeric_limits<int64_t>::max());
}

TEST(MetricsTest, HoldsForRandomOrders) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 1500; ++trial) {
    const int m = 1 + trial % 6;
    const Pipeline pipeline = RandomPipeline(1 + trial % 4, 1 + trial % 2, m, random);
    const Placement placement = RoundRobin(pipeline.shape);
    const Order order = RandomOrder(placement, m, /*with_pairs=*/trial % 2 == 0, random);
    SCOPED_TRACE(FormatOrder(order));
    const Metrics metrics = MetricsOf(pipeline, placement, order);
    const OracleTimes times = ReferenceTimes(pipeline, placement, order);
    EXPECT_EQ(metrics.makespan, *std::max_element(times.ends.begin(), times.ends.end()));
    EXPECT_LE(metrics.lower_bound, metrics.makespan);
    EXPECT_GE(metrics.gap, 0);
    EXPECT_GE(metrics.bubble_rate, 0);
    EXPECT_LT(metrics.bubble_rate, 1);
    for (int r = 0; r < placement.num_ranks(); ++r) {
      const RankMetrics& rank = metrics.ranks[static_cast<size_t>(r)];
      EXPECT_EQ(rank.busy + rank.idle_before + rank.idle_between + rank.idle_after,
                metrics.makespan);
      EXPECT_GE(std::min({rank.busy, rank.idle_before, rank.idle_between, rank.idle_after}), 0);
      const OraclePeak peak = ReferencePeak(pipeline, placement, order, times, r);
      EXPECT_EQ(rank.peak.bytes, peak.bytes) << "rank " << r;
      EXPECT_EQ(rank.peak.activations, peak.activations) << "rank " << r;
    }
  }
}

// The path is gapless: each op starts when the one before it ends on its rank,
// or a boundary's p2p time after it.
TEST(CriticalPathTest, IsAChainFromZeroToTheMakespan) {
  std::mt19937 random(12);
  for (int trial = 0; trial < 1500; ++trial) {
    const int m = 1 + trial % 6;
    const Pipeline pipeline = RandomPipeline(1 + trial % 4, 1 + trial % 2, m, random);
    const Placement placement = RoundRobin(pipeline.shape);
    const Order order = RandomOrder(placement, m, /*with_pairs=*/trial % 2 == 0, random);
    SCOPED_TRACE(FormatOrder(order));
    const Metrics metrics = MetricsOf(pipeline, placement, order);
    const OracleTimes times = ReferenceTimes(pipeline, placement, order);
    const CriticalPath& path = metrics.critical_path;
    EXPECT_EQ(path.compute + path.p2p, metrics.makespan);
    int64_t reached = 0;
    int64_t p2p = 0;
    for (size_t k = 0; k < path.ops.size(); ++k) {
      const auto i = static_cast<size_t>(path.ops[k]);
      if (k > 0 && order.ops[i].fused() && order.ops[i].kind() == OpKind::kBackward) {
        EXPECT_EQ(path.ops[k - 1] + 1, path.ops[k]);
        continue;  // The other half of the block before it.
      }
      EXPECT_GE(times.starts[i], reached);
      EXPECT_LE(times.starts[i], reached + 4);  // The longest p2p time.
      p2p += times.starts[i] - reached;
      reached = times.ends[i];
    }
    EXPECT_EQ(reached, metrics.makespan);
    EXPECT_EQ(path.p2p, p2p);
  }
}

TEST(CriticalPathTest, StaysOnARankWhereItCan) {
  const Metrics metrics = MetricsOf(UniformPipeline(2, 3, 1, 2), "1f1b");
  // rank 0: F0 F1 B0 F2 B1 B2, rank 1: F0 B0 F1 B1 F2 B2. Rank 0 waits for each
  // gradient, so the path comes from rank 1, where nothing waits.
  EXPECT_THAT(metrics.critical_path.ops, testing::ElementsAre(0, 6, 7, 8, 9, 10, 11, 5));
}

}  // namespace
}  // namespace pipesched
