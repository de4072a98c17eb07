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
                   kind.make_order(pipeline.shape, params));
}

// P ranks with V stages each.
Pipeline UniformChunks(int p, int v, int m, int64_t forward, int64_t backward) {
  Pipeline pipeline = UniformPipeline(p * v, m, forward, backward);
  pipeline.shape = {.num_ranks = p, .chunks_per_rank = v, .num_microbatches = m};
  return pipeline;
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

// Equal stages, no p2p: design formulas for every shape.
TEST(MetricsTest, ClosedForms) {
  constexpr int64_t kForward = 3;
  constexpr int64_t kBackward = 5;
  for (int p = 1; p <= 33; p = p < 4 ? p + 1 : 2 * p) {
    for (const int m : {1, 2, 3, p - 1, p, p + 1, 2 * p, 3 * p, 8 * p}) {
      if (m < 1) continue;
      SCOPED_TRACE(absl::StrCat("P=", p, " M=", m));
      const Pipeline pipeline = UniformPipeline(p, m, kForward, kBackward);
      const Metrics gpipe = MetricsOf(pipeline, "gpipe");
      const Metrics plain = MetricsOf(pipeline, "1f1b");
      const Metrics eager = MetricsOf(pipeline, "eager_1f1b");
      for (const Metrics* metrics : {&gpipe, &plain, &eager}) {
        EXPECT_EQ(metrics->makespan, int64_t{m + p - 1} * (kForward + kBackward));
        EXPECT_DOUBLE_EQ(metrics->bubble_rate, double(p - 1) / (m + p - 1));
        EXPECT_DOUBLE_EQ(metrics->bubble_overhead, double(p - 1) / m);
        EXPECT_EQ(metrics->lower_bound, metrics->makespan);
      }
      for (int r = 0; r < p; ++r) {
        const auto i = static_cast<size_t>(r);
        EXPECT_EQ(gpipe.ranks[i].peak.activations, m);
        EXPECT_EQ(plain.ranks[i].peak.activations, std::min(p - r, m));
        EXPECT_EQ(eager.ranks[i].peak.activations, std::min(2 * (p - r) - 1, m));
      }
    }
  }
}

// The fused block takes FB; F = 2, B = 4.
TEST(MetricsTest, ClosedFormOfOverlap) {
  for (const int p : {1, 2, 3, 4, 8, 16, 32}) {
    for (const int m : {1, p, 2 * p, 3 * p, 8 * p}) {
      for (const int64_t fused : {4, 5, 6, 7}) {
        SCOPED_TRACE(absl::StrCat("P=", p, " M=", m, " FB=", fused));
        Pipeline pipeline = UniformPipeline(p, m, 2, 4);
        for (StageCost& cost : pipeline.stages) cost.overlapped_pair = fused;
        const Metrics metrics = MetricsOf(pipeline, "1f1b_overlap");
        EXPECT_EQ(metrics.makespan, 6 * (p - 1) + 6 + (m - 1) * fused);
        EXPECT_LE(metrics.lower_bound, metrics.makespan);
        for (int r = 0; r < p; ++r) {
          EXPECT_EQ(metrics.ranks[static_cast<size_t>(r)].peak.activations,
                    std::min(2 * (p - 1 - r) + 2, m));
        }
      }
    }
  }
}

// F, I, W with W <= min(F, I) for zb_h1, I <= min(F, W) for zb_h2.
TEST(MetricsTest, ClosedFormsOfZeroBubble) {
  constexpr struct {
    int64_t f, i, w;
  } kTimes[] = {{1, 1, 1}, {4, 4, 2}, {3, 2, 2}, {2, 1, 3}, {5, 2, 4}};
  for (const int p : {1, 2, 3, 4, 8, 16}) {
    for (const int m : {p, 2 * p - 1, 2 * p, 3 * p, 8 * p}) {
      for (const auto& t : kTimes) {
        SCOPED_TRACE(absl::StrCat("P=", p, " M=", m, " F=", t.f, " I=", t.i, " W=", t.w));
        Pipeline pipeline = UniformPipeline(p, m, t.f, t.i + t.w);
        for (StageCost& cost : pipeline.stages) {
          cost.backward_input = t.i;
          cost.backward_weight = t.w;
        }
        const int64_t work = m * (t.f + t.i + t.w);
        const bool equal = t.f == t.i && t.i == t.w;
        if (t.w <= std::min(t.f, t.i)) {
          const Metrics h1 = MetricsOf(pipeline, "zb_h1");
          EXPECT_EQ(h1.makespan, work + (p - 1) * (t.f + t.i - t.w));
          for (const RankMetrics& rank : h1.ranks) EXPECT_EQ(rank.peak.activations, std::min(m, p));
        }
        if (t.i <= std::min(t.f, t.w) && (m >= 2 * p - 1 || equal)) {
          const Metrics h2 = MetricsOf(pipeline, "zb_h2");
          EXPECT_EQ(h2.makespan, work + (p - 1) * t.f);
          EXPECT_EQ(h2.gap, 0);
          if (equal && m >= 2 * p - 1) {
            EXPECT_EQ(h2.longest_rank_span, work);
          }
          for (const RankMetrics& rank : h2.ranks) {
            EXPECT_EQ(rank.peak.activations, std::min(2 * p - 1, m));
          }
        }
      }
    }
  }
}

// Chunk costs f = 2, b = 4; every legal group.
TEST(MetricsTest, ClosedFormsOfInterleaved) {
  for (const int p : {2, 4, 8}) {
    for (const int v : {2, 4}) {
      for (const int m : {p, p + 1, 2 * p, 3 * p, 8 * p}) {
        for (const int g : {p, p + 1, 2 * p, m}) {
          const PipelineShape shape{.num_ranks = p, .chunks_per_rank = v, .num_microbatches = m};
          const ScheduleParams params{.microbatch_group_size = g};
          if (!FindScheduleKind("interleaved_1f1b")->check(shape, params).empty()) continue;
          SCOPED_TRACE(absl::StrCat("P=", p, " V=", v, " M=", m, " g=", g));
          Pipeline pipeline = UniformChunks(p, v, m, 2, 4);
          const int chunks = m * v;
          const Metrics plain = MetricsOf(pipeline, "interleaved_1f1b", params);
          EXPECT_EQ(plain.makespan, (chunks + p - 1) * 6);
          for (const int64_t fused : {4, 5, 6}) {
            for (StageCost& cost : pipeline.stages) cost.overlapped_pair = fused;
            const Metrics overlap = MetricsOf(pipeline, "interleaved_1f1b_overlap", params);
            EXPECT_EQ(overlap.makespan,
                      (p - 1) * 6 + (g * (v - 1) + 1) * 6 + (chunks - g * (v - 1) - 1) * fused);
            EXPECT_LE(overlap.lower_bound, overlap.makespan);
            for (int r = 0; r < p; ++r) {
              EXPECT_EQ(overlap.ranks[static_cast<size_t>(r)].peak.activations,
                        std::min(chunks, (v - 1) * g + 2 * (p - 1 - r) + 2));
            }
          }
          for (int r = 0; r < p; ++r) {
            EXPECT_EQ(plain.ranks[static_cast<size_t>(r)].peak.activations,
                      std::min(chunks, (v - 1) * g + 2 * (p - 1 - r) + 1));
          }
        }
      }
    }
  }
}

TEST(MetricsTest, ClosedFormsOfLoopedBfsAndInterleavedZb) {
  for (const int p : {1, 2, 4, 8}) {
    for (const int v : {2, 4}) {
      for (const int m : {p, 2 * p, 3 * p, 8 * p}) {
        SCOPED_TRACE(absl::StrCat("P=", p, " V=", v, " M=", m));
        const Pipeline pipeline = UniformChunks(p, v, m, 1, 2);
        const Metrics bfs = MetricsOf(pipeline, "looped_bfs");
        EXPECT_EQ(bfs.makespan, (m * v + p - 1) * 3);
        const Metrics zb = MetricsOf(pipeline, "interleaved_zb");
        EXPECT_EQ(zb.makespan, 3 * m * v + p - 1);
        const int n = m / std::max(1, m / p);
        for (int r = 0; r < p; ++r) {
          EXPECT_EQ(bfs.ranks[static_cast<size_t>(r)].peak.activations, m * v);
          EXPECT_LE(zb.ranks[static_cast<size_t>(r)].peak.activations,
                    std::min(m * v, (v - 1) * n + p));
        }
        EXPECT_EQ(zb.ranks[0].peak.activations, std::min(m * v, (v - 1) * n + p));
      }
    }
  }
}

// Under latency c, with F = I = W = 1 (scaled by 10 for c = 0.1):
// 1f1b 3(M+P-1) + 2c((P-1) + floor((M-1)(P-1)/P)); gpipe, and eager_1f1b while
// 2c <= F + B, 3(M+P-1) + 2c(P-1).
TEST(MetricsTest, LatencyFormula) {
  for (int p = 2; p <= 16; ++p) {
    for (const int m : {p, p + 3, 2 * p, 3 * p, 4 * p + 1}) {
      for (const int64_t c : {1, 5, 10}) {
        SCOPED_TRACE(absl::StrCat("P=", p, " M=", m, " c=", c));
        const Pipeline pipeline = UniformPipeline(p, m, 10, 20, c);
        const int64_t compute = 30 * (m + p - 1);
        EXPECT_EQ(MetricsOf(pipeline, "1f1b").makespan,
                  compute + 2 * c * ((p - 1) + (m - 1) * (p - 1) / p));
        EXPECT_EQ(MetricsOf(pipeline, "gpipe").makespan, compute + 2 * c * (p - 1));
        EXPECT_EQ(MetricsOf(pipeline, "eager_1f1b").makespan, compute + 2 * c * (p - 1));
      }
    }
  }
}

// Stage 1 is 1.5 times slower: gpipe 45, 1f1b 42, eager_1f1b 39 (in units of 2).
TEST(MetricsTest, SlowStage) {
  Pipeline pipeline = UniformPipeline(4, 8, 2, 4);
  pipeline.stages[1].forward = 3;
  pipeline.stages[1].backward = 6;
  EXPECT_EQ(MetricsOf(pipeline, "gpipe").makespan, 2 * 45);
  EXPECT_EQ(MetricsOf(pipeline, "1f1b").makespan, 2 * 42);
  EXPECT_EQ(MetricsOf(pipeline, "eager_1f1b").makespan, 2 * 39);
  // F = I = W within a stage.
  for (StageCost& cost : pipeline.stages) {
    cost.backward_input = cost.backward_weight = cost.forward;
  }
  EXPECT_EQ(MetricsOf(pipeline, "zb_h1").makespan, 2 * 38);
  EXPECT_EQ(MetricsOf(pipeline, "zb_h2").makespan, 2 * 37);
}

// Zero Bubble paper (arXiv 2401.10241): P, M, F, I, W, c in 1e-3 units, and the
// longest-span bubble rates of 1F1B, ZB-H1 and ZB-H2.
TEST(MetricsTest, ZeroBubblePaperRows) {
  constexpr struct {
    int p, m;
    int64_t f, i, w, c;
    double plain, h1, h2;
  } kCases[] = {{8, 24, 18522, 18086, 9337, 601, .2431, .1585, .1083},
                {8, 24, 29718, 29444, 19927, 527, .2347, .1323, .0698},
                {16, 48, 11347, 11248, 8132, 377, .2552, .1397, .0672}};
  for (const auto& c : kCases) {
    Pipeline pipeline = UniformPipeline(c.p, c.m, c.f, c.i + c.w, c.c);
    for (StageCost& cost : pipeline.stages) {
      cost.backward_input = c.i;
      cost.backward_weight = c.w;
    }
    EXPECT_NEAR(MetricsOf(pipeline, "1f1b").longest_span_bubble_rate, c.plain, 5e-5);
    EXPECT_NEAR(MetricsOf(pipeline, "zb_h1").longest_span_bubble_rate, c.h1, 5e-5);
    EXPECT_NEAR(MetricsOf(pipeline, "zb_h2").longest_span_bubble_rate, c.h2, 5e-5);
  }
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
  const Order order = FindScheduleKind("1f1b")->make_order(pipeline.shape, {});
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
