// Orders of other programs: tests/golden/orders.txt.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "engine/digest/digest.h"
#include "engine/order/registry.h"
#include "tests/support/kinds.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

// None of the recorded kinds depends on the times.
Order OrderOf(const std::string& kind, const PipelineShape& shape, const ScheduleParams& params) {
  Pipeline pipeline;
  pipeline.shape = shape;
  return MakeOrder(kind, pipeline, params);
}

TEST(RecordedOrdersTest, AreOurs) {
  std::ifstream file(SourceFile("tests/golden/orders.txt"));
  std::map<std::string, int> compared;
  int refused = 0;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    SCOPED_TRACE(text);
    std::istringstream line(text);
    std::string id;
    std::string kind_name;
    std::string expected;
    PipelineShape shape;
    ScheduleParams params;
    line >> id >> kind_name >> shape.num_ranks >> shape.chunks_per_rank >> shape.num_microbatches >>
        params.microbatch_group_size >> expected;
    const ScheduleKind* kind = FindScheduleKind(kind_name);
    ASSERT_NE(kind, nullptr);
    const bool is_legal = kind->check(shape, params).empty();
    ASSERT_EQ(is_legal, expected != "refused");
    if (is_legal) {
      EXPECT_EQ(Hex(*DigestOrder(OrderOf(kind_name, shape, params))), expected);
      ++compared[kind_name];
    } else {
      ++refused;
    }
  }
  EXPECT_EQ(compared["1f1b"], 16);
  EXPECT_GE(compared["gpipe"], 11);
  EXPECT_GE(compared["interleaved_1f1b"], 100);
  EXPECT_GE(compared["interleaved_1f1b_overlap"], 70);
  EXPECT_GE(compared["looped_bfs"], 22);
  EXPECT_GE(compared["interleaved_zb"], 22);
  EXPECT_EQ(compared["zbv"], 11);
  EXPECT_GE(compared["dualpipe"], 12);
  EXPECT_GE(compared["dualpipe_v"], 16 + 6);
  EXPECT_GE(refused, 119);
}

}  // namespace
}  // namespace pipesched
