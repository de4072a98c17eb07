// Timed orders of other programs: tests/golden/timings.txt.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "engine/digest/digest.h"
#include "engine/metrics/metrics.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "tests/support/kinds.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

int64_t Number(absl::string_view text) {
  int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
  return number;
}

// Sets a time of every stage from one value, or one a stage.
template <typename Set>
void ForEachStage(const std::string& text, Pipeline& pipeline, Set set) {
  const std::vector<std::string> values = absl::StrSplit(text, ',');
  for (size_t s = 0; s < pipeline.stages.size(); ++s) {
    set(pipeline.stages[s], Number(values[values.size() == 1 ? 0 : s]));
  }
}

// A line of the table.
struct Recorded {
  explicit Recorded(const std::string& text) {
    std::istringstream line(text);
    std::string f, b, i, w, pair, p2p;
    line >> id >> kind >> pipeline.shape.num_ranks >> pipeline.shape.chunks_per_rank >>
        pipeline.shape.num_microbatches >> params.microbatch_group_size >> f >> b >> i >> w >>
        pair >> p2p >> relation >> makespan >> peaks >> digest;
    pipeline.stages.resize(static_cast<size_t>(pipeline.shape.num_stages()));
    ForEachStage(f, pipeline, [](StageCost& cost, int64_t time) { cost.forward = time; });
    ForEachStage(b, pipeline, [](StageCost& cost, int64_t time) { cost.backward = time; });
    ForEachStage(i, pipeline, [](StageCost& cost, int64_t time) { cost.backward_input = time; });
    ForEachStage(w, pipeline, [](StageCost& cost, int64_t time) { cost.backward_weight = time; });
    if (pair != "-") {
      ForEachStage(pair, pipeline,
                   [](StageCost& cost, int64_t time) { cost.overlapped_pair = time; });
    }
    pipeline.p2p_forward.assign(pipeline.stages.size() - 1, Number(p2p));
    pipeline.p2p_backward = pipeline.p2p_forward;
  }

  std::string id, kind;
  Pipeline pipeline;
  ScheduleParams params;
  std::string relation, makespan, peaks, digest;
};

void ComparePeaks(const Recorded& recorded, const Metrics& metrics) {
  if (recorded.peaks == "-") return;
  const std::vector<std::string> peaks = absl::StrSplit(recorded.peaks, ',');
  ASSERT_EQ(peaks.size(), metrics.ranks.size());
  for (size_t r = 0; r < peaks.size(); ++r) {
    if (recorded.relation == "=") {
      EXPECT_EQ(metrics.ranks[r].peak.activations, Number(peaks[r])) << "rank " << r;
    } else {
      EXPECT_LE(metrics.ranks[r].peak.activations, Number(peaks[r])) << "rank " << r;
    }
  }
}

TEST(RecordedTimingsTest, AreOursOrLonger) {
  std::ifstream file(SourceFile("tests/golden/timings.txt"));
  std::map<std::string, int> compared;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    SCOPED_TRACE(text);
    const Recorded recorded(text);
    const Pipeline& pipeline = recorded.pipeline;
    const ScheduleKind* kind = FindScheduleKind(recorded.kind);
    ASSERT_NE(kind, nullptr);
    const bool is_legal = kind->check(pipeline.shape, recorded.params).empty();
    ASSERT_EQ(is_legal, recorded.relation != "refused");
    if (!is_legal) continue;
    ++compared[recorded.kind];
    const Placement placement = MakePlacement(kind->placement, pipeline.shape);
    const Order order = MakeOrder(recorded.kind, pipeline, recorded.params);
    if (recorded.digest != "-") {
      EXPECT_EQ(Hex(*DigestOrder(order)), recorded.digest);
    }
    const auto timeline = Simulate(pipeline, placement, order);
    ASSERT_THAT(timeline, IsOk());
    if (recorded.relation == "=") {
      EXPECT_EQ(timeline->makespan, Number(recorded.makespan));
    } else {
      EXPECT_LE(timeline->makespan, Number(recorded.makespan));
    }
    ComparePeaks(recorded, *ComputeMetrics(pipeline, placement, order, *timeline));
  }
  EXPECT_GE(compared["1f1b"], 20);
  EXPECT_GE(compared["interleaved_1f1b"], 30);
  EXPECT_EQ(compared["v_half"], 38);
  EXPECT_EQ(compared["v_min"], 38);
  EXPECT_EQ(compared["v_1f1b"], 28);
  EXPECT_GE(compared["dualpipe"], 3 * 12);
  EXPECT_GE(compared["dualpipe_v"], 3 * 16);
  EXPECT_GE(compared["1f1b_overlap"], 10);
  EXPECT_GE(compared["interleaved_1f1b_overlap"], 6);
}

}  // namespace
}  // namespace pipesched
