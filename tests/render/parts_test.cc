// What a picture shows on request: memory, critical path, arrows, windows, several
// schedules.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "render/axis.h"
#include "render/numbers.h"
#include "render/text_picture.h"
#include "tests/render/drawable.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string AllTexts(const Scene& scene) {
  std::string all;
  for (const Text& text : scene.texts) absl::StrAppend(&all, text.text, "\n");
  return all;
}

std::vector<Line> LinesOf(const Scene& scene, Paint paint, bool of_legend = false) {
  std::vector<Line> lines;
  for (const Line& line : scene.lines) {
    const bool in_legend = line.points.front().y < scene.boxes.front().rect.y;
    if (line.paint == paint && in_legend == of_legend) lines.push_back(line);
  }
  return lines;
}

// 1F1B holds min(P - r, M) microbatches at its peak.
TEST(PicturePartsTest, TheMemoryCurveReachesThePeakAndEndsEmpty) {
  Pipeline pipeline = UnitPipeline(4, 8);
  for (StageCost& stage : pipeline.stages) stage.activation_bytes = 1 << 20;
  pipeline.memory_limit_bytes.assign(4, 4 << 20);
  const Scene scene = *Drawable(pipeline, "1f1b").Draw();
  std::vector<Area> curves;
  for (const Area& area : scene.areas) {
    if (area.curve.size() > 4) curves.push_back(area);  // not the legend's
  }
  ASSERT_EQ(curves.size(), 4u);
  const auto top = [](const Area& area) {
    int y = area.base;
    for (const Point& point : area.curve) y = std::min(y, point.y);
    return area.base - y;
  };
  const int full = top(curves[0]);
  EXPECT_GE(full, 8);
  for (int rank = 0; rank < 4; ++rank) {
    const Area& curve = curves[static_cast<size_t>(rank)];
    EXPECT_NEAR(top(curve), full * (4 - rank) / 4.0, 1);
    if (rank > 0) {
      EXPECT_EQ(curve.curve.front().y, curve.base);
      EXPECT_EQ(curve.curve.back().y, curve.base);
    }
  }
  // Rank 0 holds as much as the limit: the line is at the curve's top.
  EXPECT_EQ(LinesOf(scene, Paint::kLimit).size(), 4u);
  EXPECT_EQ(LinesOf(scene, Paint::kLimit)[0].points[0].y, curves[0].base - full);
  for (const char* text : {"4.0 MiB", "3.0 MiB", "2.0 MiB", "1.0 MiB", "memory limit"}) {
    EXPECT_THAT(AllTexts(scene), HasSubstr(text));
  }
}

TEST(PicturePartsTest, MemoryIsShownWhereItIsKnownOrWanted) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  EXPECT_TRUE(drawable.Draw()->areas.empty());
  drawable.options.memory = MemoryCurve::kOn;
  EXPECT_THAT(AllTexts(*drawable.Draw()), HasSubstr("4 alive"));
  drawable.pipeline.stages[0].static_bytes = 5;
  drawable.options.memory = MemoryCurve::kOff;
  EXPECT_TRUE(drawable.Draw()->areas.empty());
}

// Uniform 1F1B without transfer times: forwards down to the last rank, all of its work,
// backwards up to the first.
TEST(PicturePartsTest, TheCriticalPathGoesDownAndUp) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  EXPECT_TRUE(LinesOf(*drawable.Draw(), Paint::kCritical).empty());
  drawable.options.critical_path = true;
  const Scene scene = *drawable.Draw();
  const std::vector<Line> lines = LinesOf(scene, Paint::kCritical);
  ASSERT_EQ(lines.size(), 1u);
  const std::vector<Point>& points = lines[0].points;
  std::vector<int> rows;
  for (const Point& point : points) {
    if (rows.empty() || rows.back() != point.y) rows.push_back(point.y);
  }
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0], rows[6]);
  EXPECT_EQ(rows[1], rows[5]);
  EXPECT_LT(rows[2], rows[3]);
  EXPECT_EQ(points.front().x, scene.boxes.front().rect.x);
  EXPECT_THAT(AllTexts(scene), HasSubstr("critical path: 33 in ops + 0 in transfers"));
}

// Each microbatch is sent P - 1 times forward and as often backward.
TEST(PicturePartsTest, AnArrowForEachTransfer) {
  Drawable drawable(UnitPipeline(4, 8, 1), "1f1b");
  drawable.options.arrows = true;
  const Scene scene = *drawable.Draw();
  const std::vector<Line> arrows = LinesOf(scene, Paint::kArrow);
  EXPECT_EQ(arrows.size(), 2u * 3 * 8);
  for (const Line& arrow : arrows) {
    EXPECT_TRUE(arrow.is_arrow);
    EXPECT_GE(arrow.points[1].x, arrow.points[0].x);
    EXPECT_NE(arrow.points[1].y, arrow.points[0].y);
  }
  const Drawable many(UnitPipeline(8, 400), "1f1b");
  PictureOptions options;
  options.arrows = true;
  const Scene crowded = *LayOut(many.subject(), options);
  EXPECT_TRUE(LinesOf(crowded, Paint::kArrow).empty());
  EXPECT_THAT(AllTexts(crowded), HasSubstr("no arrows: more than 4,000"));
}

TEST(PicturePartsTest, AWindowShowsWhatIsInIt) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  drawable.options.start_time = 10;
  drawable.options.end_time = 20;
  drawable.options.ranks = {1, 3};
  const Scene scene = *drawable.Draw();
  std::set<int> ranks;
  for (const Box& box : scene.boxes) {
    ranks.insert(box.rank);
    EXPECT_LT(box.start, 20);
    EXPECT_GT(box.end, 10);
  }
  EXPECT_THAT(ranks, ElementsAre(1, 3));
  // Every op of ranks 1 and 3 that is in the window.
  size_t expected = 0;
  for (const int rank : {1, 3}) {
    for (int64_t i = drawable.order.rank_offsets[static_cast<size_t>(rank)];
         i < drawable.order.rank_offsets[static_cast<size_t>(rank) + 1]; ++i) {
      const auto op = static_cast<size_t>(i);
      const TickScale& scale = drawable.pipeline.scale;
      if (scale.ToUnits(drawable.timeline.starts[op]) < 20 &&
          scale.ToUnits(drawable.timeline.ends[op]) > 10) {
        ++expected;
      }
    }
  }
  EXPECT_EQ(scene.boxes.size(), expected);
  EXPECT_THAT(AllTexts(scene), HasSubstr("rank 3"));
  EXPECT_THAT(AllTexts(scene), testing::Not(HasSubstr("rank 2")));
}

// The plot's width is no multiple of the ops' times: some ops get a pixel more than
// others. Their numbers have two digits here, for which there is room in all forwards.
TEST(PicturePartsTest, OpsOfOneTimeAllHaveNumbersOrNone) {
  Drawable drawable(UnitPipeline(64, 512), "1f1b");
  drawable.options.ranks = {0, 1, 2, 3, 4, 5};
  drawable.options.start_time = 190;
  drawable.options.end_time = 230;
  for (const int width : {600, 777, 800, 1000, 1003, 1400}) {
    SCOPED_TRACE(width);
    drawable.options.width = width;
    const Scene scene = *drawable.Draw();
    std::map<bool, int> forwards;  // by whether they have a number
    for (const Box& box : scene.boxes) {
      if (box.start < 190 || box.end > 230 || box.first.kind() != OpKind::kForward) continue;
      const bool has = std::any_of(scene.texts.begin(), scene.texts.end(), [&](const Text& text) {
        return text.text == absl::StrCat(box.first.microbatch()) && text.y > box.rect.y &&
               text.y <= box.rect.bottom() && text.x >= box.rect.x && text.x < box.rect.right();
      });
      ++forwards[has];
    }
    EXPECT_EQ(forwards.size(), 1u);
    EXPECT_EQ(forwards.begin()->first, width >= 777);
  }
}

TEST(PicturePartsTest, NarrowComparisonsKeepWhatMattersMost) {
  Pipeline pipeline = UnitPipeline(4, 8);
  for (StageCost& stage : pipeline.stages) stage.activation_bytes = int64_t{3} << 30;
  pipeline.memory_limit_bytes = {int64_t{8} << 30, int64_t{9} << 30, int64_t{9} << 30,
                                 int64_t{9} << 30};
  const Drawable first(pipeline, "1f1b");
  const Drawable second(pipeline, "zb_h1");
  const std::vector<Subject> subjects = {first.subject(), second.subject()};
  PictureOptions options;
  options.width = 700;
  const std::string narrow = AllTexts(*LayOutComparison(subjects, options));
  for (const char* text : {"zb_h1", "makespan", "peak memory", "digest", "dddddddddddd",
                           "1f1b  ·  makespan 33 time units", "memory limit 8.0 GiB–9.0 GiB"}) {
    EXPECT_THAT(narrow, HasSubstr(text));
  }
  EXPECT_THAT(narrow, testing::Not(HasSubstr("of the first")));
  EXPECT_THAT(narrow, testing::Not(HasSubstr("…")));
  options.width = 1400;
  EXPECT_THAT(AllTexts(*LayOutComparison(subjects, options)), HasSubstr("of the first"));
  options.width = 320;
  EXPECT_THAT(AllTexts(*LayOutComparison(subjects, options)), HasSubstr("schedule"));
}

// Steady state and cool-down of 1F1B differ: forwards and backwards take turns in one.
TEST(TextPictureTest, ManyOpsKeepThePhases) {
  const Drawable drawable(UnitPipeline(64, 512), "1f1b");
  const Subject subject = drawable.subject();
  const std::string text = DrawText(absl::MakeConstSpan(&subject, 1), {},
                                    {.columns = 100, .colour = false, .ascii = true})
                               ->text;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  const auto row = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return absl::StartsWith(line, "rank 0 ");
  });
  ASSERT_NE(row, lines.end());
  const std::string plot = row->substr(9);
  const auto at = [&](double time) {
    return plot.begin() +
           static_cast<std::ptrdiff_t>(time / 1725 * static_cast<double>(plot.size()));
  };
  const auto share_of = [&](char kind, double from, double to) {
    const auto begin = at(from);
    const auto end = at(to);
    return static_cast<double>(std::count(begin, end, kind)) / static_cast<double>(end - begin);
  };
  EXPECT_EQ(share_of('#', 0, 60), 1);  // warm-up
  EXPECT_EQ(share_of('.', 80, 180), 1);
  EXPECT_NEAR(share_of('#', 200, 1500), 1.0 / 3, 0.05);
  EXPECT_NEAR(share_of('=', 200, 1500), 2.0 / 3, 0.05);
  EXPECT_EQ(share_of('=', 1560, 1720), 1);  // cool-down
  EXPECT_THAT(text, HasSubstr("in turns: ops too short to draw"));
}

TEST(PicturePartsTest, SizesAreAsAsked) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  drawable.options.width = 700;
  drawable.options.height = 500;
  const Scene scene = *drawable.Draw();
  EXPECT_EQ(scene.width, 700);
  EXPECT_NEAR(scene.height, 500, 8);
  drawable.options.scale = 2;
  EXPECT_EQ(ScaledWidth(*drawable.Draw()), 1400);
}

TEST(PicturePartsTest, ChunksAndDirectionsHaveShades) {
  Pipeline pipeline = UnitPipeline(4, 8);
  pipeline.shape = {.num_ranks = 2, .chunks_per_rank = 2, .num_microbatches = 8};
  const Scene chunks = *Drawable(pipeline, "interleaved_1f1b").Draw();
  for (const Box& box : chunks.boxes) {
    EXPECT_EQ(box.shade, box.first.stage() < 2 ? 0 : kPalest);
  }
  const Scene both = *Drawable(UnitPipeline(4, 8), "dualpipe").Draw();
  for (const Box& box : both.boxes) {
    EXPECT_EQ(box.shade, box.first.microbatch() < 4 ? 0 : kPalest);
  }
  EXPECT_THAT(AllTexts(both), HasSubstr("direction 0, 1"));
}

TEST(LayOutComparisonTest, PutsSchedulesOnOneTimeAxis) {
  const Pipeline pipeline = UnitPipeline(4, 8);
  const Drawable first(pipeline, "1f1b");
  const Drawable second(pipeline, "zb_h1");
  const std::vector<Subject> subjects = {first.subject(), second.subject()};
  const auto scene = LayOutComparison(subjects, {});
  ASSERT_THAT(scene, IsOk());
  std::map<int, int> right;  // of the last op of each subject
  std::map<int, int> top;
  int left = 1 << 20;
  for (const Box& box : scene->boxes) {
    right[box.subject] = std::max(right[box.subject], box.rect.right());
    top.try_emplace(box.subject, box.rect.y);
    left = std::min(left, box.rect.x);
  }
  // Makespans by closed forms: 33 and 27.
  EXPECT_NEAR(static_cast<double>(right[1] - left) / (right[0] - left), 27.0 / 33, 0.005);
  EXPECT_LT(top[0], top[1]);
  for (const char* text : {"2 schedules, 4 ranks", "81.82 %", "11.11 %", "27.27 %", "zb_h1"}) {
    EXPECT_THAT(AllTexts(*scene), HasSubstr(text));
  }
}

TEST(AxisMarksTest, AreRoundAndApart) {
  EXPECT_THAT(AxisMarks(0, 33, 1320),
              ElementsAre(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32));
  EXPECT_THAT(AxisMarks(10, 20, 400), ElementsAre(10, 12, 14, 16, 18, 20));
  EXPECT_THAT(AxisMarks(0.3, 0.6, 300), ElementsAre(0.3, 0.4, 0.5, 0.6));
}

TEST(NumbersTest, ReadWell) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(int64_t{80} << 30), "80.0 GiB");
  EXPECT_EQ(FormatBytes((int64_t{1} << 20) - 1), "1.0 MiB");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(12), "12");
}

}  // namespace
}  // namespace pipesched
