// The trace against the rules of the format (Trace Event Format, as Perfetto and
// chrome://tracing read it): the fields that each phase wants, slices of a thread that do
// not overlap, flows whose two ends lie in the slices that they are about.

#include "engine/exchange/chrome_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/metrics/memory.h"
#include "engine/model/order_text.h"
#include "engine/sim/simulator.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

struct Slice {
  std::string name;
  double start, end;
};

// What a reader of the format makes of a trace.
struct Trace {
  std::map<int, std::vector<Slice>> slices;                  // by process
  std::map<int, std::string> names;                          // of processes
  std::map<int, std::pair<std::string, std::string>> flows;  // names of their slices
  std::map<std::pair<int, std::string>, std::vector<std::pair<double, double>>> counters;
};

// The slice that a flow event binds to: the one that holds its time.
const Slice* SliceAt(const Trace& trace, int process, double time) {
  for (const Slice& slice : trace.slices.at(process)) {
    if (slice.start <= time && time < slice.end) return &slice;
  }
  return nullptr;
}

Trace ReadTrace(const std::string& text) {
  const YAML::Node root = YAML::Load(text);
  EXPECT_EQ(root["displayTimeUnit"].as<std::string>(), "ms");
  Trace trace;
  std::vector<YAML::Node> flows;
  for (const YAML::Node& event : root["traceEvents"]) {
    const auto phase = event["ph"].as<std::string>();
    const auto name = event["name"].as<std::string>();
    const int process = event["pid"].as<int>();
    if (phase == "M") {
      const std::set<std::string> known = {"process_name", "process_sort_index", "thread_name"};
      EXPECT_EQ(known.count(name), 1U);
      if (name == "process_name") trace.names[process] = event["args"]["name"].as<std::string>();
      continue;
    }
    const double time = event["ts"].as<double>();
    EXPECT_GE(time, 0);
    if (phase == "X") {
      const double duration = event["dur"].as<double>();
      EXPECT_GE(duration, 0);
      EXPECT_EQ(event["tid"].as<int>(), 0);
      EXPECT_TRUE(event["args"].IsMap());
      EXPECT_FALSE(event["cat"].as<std::string>().empty());
      trace.slices[process].push_back({name, time, time + duration});
    } else if (phase == "C") {
      EXPECT_EQ(event["args"].size(), 1U);
      trace.counters[{process, name}].emplace_back(time,
                                                   event["args"].begin()->second.as<double>());
    } else {
      flows.push_back(event);
    }
  }
  for (const YAML::Node& event : flows) {
    const auto phase = event["ph"].as<std::string>();
    const Slice* slice = SliceAt(trace, event["pid"].as<int>(), event["ts"].as<double>());
    auto& flow = trace.flows[event["id"].as<int>()];
    std::string& end = phase == "s" ? flow.first : flow.second;
    if (phase == "f") {
      EXPECT_EQ(event["bp"].as<std::string>(), "e");
    } else {
      EXPECT_EQ(phase, "s");
    }
    EXPECT_EQ(event["cat"].as<std::string>(), "p2p");
    EXPECT_EQ(end, "") << "twice";
    EXPECT_NE(slice, nullptr);
    if (slice != nullptr) end = slice->name;
  }
  return trace;
}

std::string Write(const Pipeline& pipeline, const Placement& placement, const Order& order) {
  std::string text;
  const auto timeline = Simulate(pipeline, placement, order);
  EXPECT_THAT(timeline, IsOk());
  EXPECT_TRUE(WriteChromeTrace(pipeline, placement, order, *timeline, {"kind", "digest"},
                               [&](absl::string_view part) {
                                 text.append(part.data(), part.size());
                                 return true;
                               }));
  return text;
}

TEST(ChromeTraceTest, TwoRanks) {
  Pipeline pipeline = UniformPipeline(2, 1, 1, 2, 3);  // F 0-1, 4-5; B 5-7, 10-12
  for (StageCost& cost : pipeline.stages) {
    cost.activation_bytes = 10;
    cost.static_bytes = 5;
  }
  const Trace trace =
      ReadTrace(Write(pipeline, Placement({0, 1}, 2), *ParseOrder("0F0 0B0\n1F0 1B0\n")));
  // A tick is a billionth of a millisecond here.
  const auto at = [&](double ticks) { return ticks * 1e-6; };
  ASSERT_EQ(trace.slices.at(0).size(), 2U);
  EXPECT_EQ(trace.names.at(1), "rank 1");
  EXPECT_EQ(trace.slices.at(0)[1].name, "0B0");
  EXPECT_DOUBLE_EQ(trace.slices.at(0)[1].start, at(10));
  EXPECT_DOUBLE_EQ(trace.slices.at(0)[1].end, at(12));
  EXPECT_EQ(trace.flows.size(), 2U);
  EXPECT_EQ(trace.flows.at(0), std::make_pair(std::string("0F0"), std::string("1F0")));
  using Points = std::vector<std::pair<double, double>>;
  EXPECT_EQ(trace.counters.at({0, "memory"}), (Points{{0, 15}, {at(12), 5}}));
  EXPECT_EQ(trace.counters.at({1, "activations"}), (Points{{at(4), 1}, {at(7), 0}}));
}

TEST(ChromeTraceTest, EveryKindKeepsTheRulesOfTheFormat) {
  std::mt19937 random(17);
  int traces = 0;
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int chunks : {1, 2, 4}) {
      Pipeline pipeline = RandomPipeline(4, chunks, 8, random);
      if (!kind->check(pipeline.shape, {}).empty()) continue;
      for (StageCost& cost : pipeline.stages) {  // A slice of no time holds no flow.
        cost.backward += 1;
        cost.backward_input += 1;
        cost.backward_weight += 1;
        if (cost.overlapped_pair) *cost.overlapped_pair += 20;
      }
      SCOPED_TRACE(absl::StrCat(kind->name, " ", chunks));
      const Placement placement = MakePlacement(kind->placement, pipeline.shape);
      const Order order = MakeOrder(kind->name, pipeline);
      const Trace trace = ReadTrace(Write(pipeline, placement, order));
      int64_t ops = 0;
      size_t crossings = 0;
      for (int r = 0; r < 4; ++r) {
        double end = 0;
        for (const Slice& slice : trace.slices.at(r)) {
          EXPECT_GE(slice.start + 1e-12, end);
          end = slice.end;
          ops += slice.name[0] == '(' ? 2 : 1;
        }
        double most = 0;
        for (const auto& [time, value] : trace.counters.at({r, "activations"})) {
          most = std::max(most, value);
        }
        EXPECT_EQ(most, FindMemoryPeak(pipeline, placement, r, order.rank(r)).activations);
        EXPECT_EQ(trace.counters.at({r, "activations"}).back().second, 0);
      }
      EXPECT_EQ(ops, order.num_ops());
      for (int s = 0; s + 1 < placement.num_stages(); ++s) {
        for (int j = 0; j < 8; ++j) {
          crossings += placement.RankOf(s, j) != placement.RankOf(s + 1, j) ? 2 : 0;
        }
      }
      EXPECT_EQ(trace.flows.size(), crossings);
      for (const auto& [id, flow] : trace.flows) {
        EXPECT_NE(flow.first, "");
        EXPECT_NE(flow.second, "");
      }
      ++traces;
    }
  }
  EXPECT_GT(traces, 20);
}

TEST(ChromeTraceTest, TimesAreExact) {
  Pipeline pipeline = UniformPipeline(1, 1, 1, 2);
  const Placement placement({0}, 1);
  const Order order = *ParseOrder("0F0 0B0\n");
  EXPECT_THAT(Write(pipeline, placement, order),
              testing::HasSubstr("\"ts\":0.000001,\"dur\":0.000002"));
  pipeline.stages[0].forward = 1'234'500'000;  // 1.2345 ms
  EXPECT_THAT(Write(pipeline, placement, order), testing::HasSubstr("\"ts\":1234.5,"));
  pipeline.scale = TickScale::ForTotal(1e30);  // ticks of more than a unit
  ASSERT_GT(pipeline.scale.exponent(), 0);
  EXPECT_THAT(Write(pipeline, placement, order),
              testing::HasSubstr(absl::StrCat(
                  "\"ts\":1234500000",
                  std::string(static_cast<size_t>(pipeline.scale.exponent()) + 3, '0'), ",")));
}

TEST(ChromeTraceTest, StopsWhenItsReaderDoes) {
  const Pipeline pipeline = UniformPipeline(4, 200, 1, 2);
  const Placement placement({0, 1, 2, 3}, 4);
  const Order order = MakeOrder("1f1b", pipeline);
  const auto timeline = Simulate(pipeline, placement, order);
  ASSERT_THAT(timeline, IsOk());
  int parts = 0;
  EXPECT_FALSE(WriteChromeTrace(pipeline, placement, order, *timeline, {"kind", "digest"},
                                [&](absl::string_view) { return ++parts < 2; }));
  EXPECT_EQ(parts, 2);
}

}  // namespace
}  // namespace pipesched
