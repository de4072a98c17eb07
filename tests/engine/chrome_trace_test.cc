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
  double start = 0, end = 0;
};

// What a reader of the format makes of a trace.
struct Trace {
  std::map<int, std::vector<Slice>> slices;                  // by process
  std::map<int, std::vector<Slice>> timeless;                // those of no time, on another thread
  std::map<int, std::string> names;                          // of processes
  std::map<int, std::pair<std::string, std::string>> flows;  // names of their slices
  std::map<std::pair<int, std::string>, std::vector<std::pair<double, double>>> counters;
};

// The slice that a flow event binds to: the one that holds its time, and not at one of
// its ends, where readers differ.
const Slice* SliceAt(const Trace& trace, int process, double time) {
  for (const Slice& slice : trace.slices.at(process)) {
    if (slice.start < time && time < slice.end) return &slice;
  }
  return nullptr;
}

Trace ReadTrace(const std::string& text) {
  const YAML::Node root = YAML::Load(text);
  EXPECT_EQ(root["displayTimeUnit"].as<std::string>(), "ms");
  Trace trace;
  std::vector<YAML::Node> flows;
  std::vector<Slice> timeless;  // the slices that flows of no time bind to
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
      EXPECT_EQ(event["tid"].as<int>() == process, duration > 0);
      EXPECT_TRUE(event["args"].IsMap());
      EXPECT_FALSE(event["cat"].as<std::string>().empty());
      auto& slices = duration > 0 ? trace.slices : trace.timeless;
      slices[process].push_back(Slice{name, time, time + duration});
    } else if (phase == "C") {
      EXPECT_EQ(event["args"].size(), 1U);
      trace.counters[{process, name}].emplace_back(time,
                                                   event["args"].begin()->second.as<double>());
    } else {
      flows.push_back(event);
      Slice last;
      if (event["tid"].as<int>() != process) {
        last = trace.timeless[process].back();
        EXPECT_EQ(last.start, time);
      }
      timeless.push_back(last);
    }
  }
  for (size_t i = 0; i < flows.size(); ++i) {
    const YAML::Node& event = flows[i];
    const auto phase = event["ph"].as<std::string>();
    const bool has_time = event["tid"].as<int>() == event["pid"].as<int>();
    const Slice* slice =
        has_time ? SliceAt(trace, event["pid"].as<int>(), event["ts"].as<double>()) : &timeless[i];
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

// When the backward of a stage and microbatch ran, if it took no time; else nothing.
std::set<double> PointOf(const Trace& trace, int stage, int microbatch) {
  std::set<double> points;
  for (const auto& [process, slices] : trace.timeless) {
    for (const Slice& slice : slices) {
      for (const char* kind : {"B", "I"}) {
        if (slice.name == absl::StrCat(stage, kind, microbatch)) points.insert(slice.start);
      }
    }
  }
  return points;
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
  Pipeline pipeline = UniformPipeline(2, 1, 100, 200, 300);  // F 0-, 400-; B 500-700, 1000-1200
  for (StageCost& cost : pipeline.stages) {
    cost.activation_bytes = 10;
    cost.static_bytes = 5;
  }
  const Trace trace =
      ReadTrace(Write(pipeline, Placement({0, 1}, 2), *ParseOrder("0F0 0B0\n1F0 1B0\n")));
  // A tick is a billionth of a millisecond here.
  const auto at = [&](double ticks) { return ticks / 1e6; };
  ASSERT_EQ(trace.slices.at(0).size(), 2U);
  EXPECT_EQ(trace.names.at(1), "rank 1");
  EXPECT_EQ(trace.slices.at(0)[1].name, "0B0");
  EXPECT_DOUBLE_EQ(trace.slices.at(0)[1].start, at(1000));
  EXPECT_DOUBLE_EQ(trace.slices.at(0)[1].end, at(1200));
  EXPECT_EQ(trace.flows.size(), 2U);
  EXPECT_EQ(trace.flows.at(0), std::make_pair(std::string("0F0"), std::string("1F0")));
  using Points = std::vector<std::pair<double, double>>;
  EXPECT_EQ(trace.counters.at({0, "memory"}), (Points{{0, 15}, {at(1200), 5}}));
  EXPECT_EQ(trace.counters.at({1, "activations"}), (Points{{at(400), 1}, {at(700), 0}}));
}

TEST(ChromeTraceTest, EveryKindKeepsTheRulesOfTheFormat) {
  std::mt19937 random(17);
  int traces = 0;
  for (const ScheduleKind* kind : KindsWithOrders()) {
    for (const int chunks : {1, 2, 4}) {
      Pipeline pipeline = RandomPipeline(4, chunks, 8, random);
      if (!kind->check(pipeline.shape, {}).empty()) continue;
      // Ticks are too short for a place inside a slice.
      for (StageCost& cost : pipeline.stages) {
        for (int64_t* time :
             {&cost.forward, &cost.backward, &cost.backward_input, &cost.backward_weight})
          *time *= 100;
        if (cost.overlapped_pair) *cost.overlapped_pair *= 100;
      }
      for (auto* times : {&pipeline.p2p_forward, &pipeline.p2p_backward}) {
        for (int64_t& time : *times) time *= 100;
      }
      SCOPED_TRACE(absl::StrCat(kind->name, " ", chunks));
      const Placement placement = MakePlacement(kind->placement, pipeline.shape);
      const Order order = MakeOrder(kind->name, pipeline);
      Trace trace = ReadTrace(Write(pipeline, placement, order));
      int64_t ops = 0;
      size_t crossings = 0;
      for (int r = 0; r < 4; ++r) {
        double end = 0;
        for (const Slice& slice : trace.slices.at(r)) {
          EXPECT_GE(slice.start + 1e-12, end);
          end = slice.end;
          ops += slice.name[0] == '(' ? 2 : 1;
        }
        ops += static_cast<int64_t>(trace.timeless[r].size());
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
          if (placement.RankOf(s, j) == placement.RankOf(s + 1, j)) continue;
          const std::set<double> point = PointOf(trace, s, j);
          const bool has_no_length = !point.empty() && point == PointOf(trace, s + 1, j);
          crossings += has_no_length ? 1 : 2;
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
