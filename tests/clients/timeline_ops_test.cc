#include "pipesched/client/timeline_ops.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "pipesched/v1/pipeline.pb.h"
#include "pipesched/v1/timeline.pb.h"
#include "tests/support/status_matchers.h"

namespace pipesched::client {
namespace {

using testing::HasSubstr;

// Two ranks, one microbatch: 0F0 0B0 / 1F0 1B0.
constexpr char kWhole[] = R"pb(
  rank_offsets: [ 0, 2, 4 ]
  kinds: [ OP_KIND_FORWARD, OP_KIND_BACKWARD, OP_KIND_FORWARD, OP_KIND_BACKWARD ]
  stages: [ 0, 0, 1, 1 ]
  microbatches: [ 0, 0, 0, 0 ]
  starts: [ 0, 4, 1, 2 ]
  ends: [ 1, 6, 2, 4 ]
  fused: [ false, false, false, false ]
  critical: [ true, true, true, true ]
)pb";

v1::Timeline Whole() {
  v1::Timeline timeline;
  google::protobuf::TextFormat::ParseFromString(kWhole, &timeline);
  return timeline;
}

v1::PipelineShape TwoStages() {
  v1::PipelineShape shape;
  shape.set_num_ranks(2);
  shape.set_num_stages(2);
  shape.set_num_microbatches(1);
  return shape;
}

TEST(TimelineOpsTest, IteratesRankByRank) {
  v1::Timeline timeline = Whole();
  std::string text;
  for (const TimedOp op : TimelineOps(timeline)) {
    absl::StrAppend(&text, "r", op.rank, ":", op.stage, op.kind == v1::OP_KIND_FORWARD ? "F" : "B",
                    op.microbatch, "@", op.start, "-", op.end, " ");
  }
  EXPECT_EQ(text, "r0:0F0@0-1 r0:0B0@4-6 r1:1F0@1-2 r1:1B0@2-4 ");
}

TEST(TimelineOpsTest, SkipsRanksWithoutOps) {
  v1::Timeline timeline = Whole();
  timeline.clear_rank_offsets();
  for (const int offset : {0, 0, 0, 4, 4}) timeline.add_rank_offsets(offset);
  int count = 0;
  for (const TimedOp op : TimelineOps(timeline)) {
    EXPECT_EQ(op.rank, 2);
    ++count;
  }
  EXPECT_EQ(count, 4);
  const v1::Timeline empty;
  EXPECT_EQ(TimelineOps(empty).begin(), TimelineOps(empty).end());
}

TEST(CheckTimelineTest, AcceptsAWholeTimeline) {
  EXPECT_THAT(CheckTimeline(Whole(), TwoStages()), IsOk());
}

TEST(CheckTimelineTest, RefusesShapesThatAreNone) {
  v1::PipelineShape shape = TwoStages();
  shape.set_num_ranks(std::numeric_limits<int>::max());
  EXPECT_THAT(CheckTimeline(Whole(), shape),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("3 rank_offsets, want 2147483648")));
  shape = TwoStages();
  shape.set_num_stages(std::numeric_limits<int>::min());
  EXPECT_THAT(CheckTimeline(Whole(), shape),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("stages has 0, want [0, ")));
}

TEST(CheckTimelineTest, RefusesBrokenColumns) {
  const struct {
    const char* name;
    void (*break_it)(v1::Timeline& timeline);
    const char* message;
  } kCases[] = {
      {"kinds are short", [](v1::Timeline& t) { t.mutable_kinds()->RemoveLast(); }, "columns of 3"},
      {"stages are short", [](v1::Timeline& t) { t.mutable_stages()->RemoveLast(); }, "4 and 3"},
      {"starts are long", [](v1::Timeline& t) { t.add_starts(9); }, "4 and 5"},
      {"fused is missing", [](v1::Timeline& t) { t.clear_fused(); }, "4 and 0"},
      {"critical is missing", [](v1::Timeline& t) { t.clear_critical(); }, "4 and 0"},
      {"held bytes are short", [](v1::Timeline& t) { t.add_held_bytes(9); }, "held_bytes of 1"},
      {"offsets decrease", [](v1::Timeline& t) { t.set_rank_offsets(1, 5); },
       "rank_offsets[2] is 4 after 5"},
      {"offsets start late", [](v1::Timeline& t) { t.set_rank_offsets(0, 1); },
       "rank_offsets[0] is 1"},
      {"offsets are negative", [](v1::Timeline& t) { t.set_rank_offsets(0, -1); },
       "rank_offsets[0] is -1"},
      {"offsets end early", [](v1::Timeline& t) { t.set_rank_offsets(2, 3); },
       "4 ops, rank_offsets end at 3"},
      {"offsets end late", [](v1::Timeline& t) { t.set_rank_offsets(2, 5); },
       "4 ops, rank_offsets end at 5"},
      {"a rank is missing",
       [](v1::Timeline& t) {
         t.mutable_rank_offsets()->RemoveLast();
         t.set_rank_offsets(1, 4);
       },
       "2 rank_offsets, want 3"},
      {"a stage is out of range", [](v1::Timeline& t) { t.set_stages(3, 2); },
       "stages has 2, want [0, 1]"},
      {"a stage is negative", [](v1::Timeline& t) { t.set_stages(3, -1); }, "stages has -1"},
      {"a microbatch is out of range", [](v1::Timeline& t) { t.set_microbatches(0, 1); },
       "microbatches has 1, want [0, 0]"},
      {"a kind is none", [](v1::Timeline& t) { t.set_kinds(0, v1::OP_KIND_UNSPECIFIED); },
       "kinds has 0"},
      {"a kind is unknown", [](v1::Timeline& t) { t.set_kinds(0, static_cast<v1::OpKind>(99)); },
       "kinds has 99"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    v1::Timeline timeline = Whole();
    c.break_it(timeline);
    EXPECT_THAT(CheckTimeline(timeline, TwoStages()),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace pipesched::client
