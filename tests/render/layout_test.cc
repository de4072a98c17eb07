#include "render/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "render/font.h"
#include "tests/render/drawable.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

bool Overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

// The pixels that a text covers.
Rect Extent(const Text& text) {
  const int width = static_cast<int>(std::ceil(Font::Default().Width(text.text, text.size)));
  const int before = text.anchor == Anchor::kStart    ? 0
                     : text.anchor == Anchor::kMiddle ? (width + 1) / 2
                                                      : width;
  const int cap = static_cast<int>(std::ceil(Font::kCapHeight * text.size));
  return {text.x - before, text.y - cap, width, cap};
}

std::vector<std::string> TextsOf(const Scene& scene) {
  std::vector<std::string> texts;
  for (const Text& text : scene.texts) texts.push_back(text.text);
  return texts;
}

// What every picture must hold.
void CheckScene(const Scene& scene) {
  const Rect page = {0, 0, scene.width, scene.height};
  const auto inside = [](const Rect& inner, const Rect& outer) {
    return outer.x <= inner.x && inner.right() <= outer.right() && outer.y <= inner.y &&
           inner.bottom() <= outer.bottom();
  };
  std::map<int, std::vector<Rect>> rows;
  for (const Box& box : scene.boxes) {
    EXPECT_TRUE(inside(box.rect, page));
    EXPECT_GT(box.rect.width, 0);
    EXPECT_GT(box.rect.height, 0);
    rows[box.rank].push_back(box.rect);
  }
  for (auto& [rank, rects] : rows) {
    // By time; those of one run are stacked.
    for (size_t i = 0; i < rects.size(); ++i) {
      for (size_t j = i + 1; j < std::min(i + 6, rects.size()); ++j) {
        EXPECT_FALSE(Overlap(rects[i], rects[j])) << "rank " << rank;
      }
      if (i > 0) {
        EXPECT_GE(rects[i].x, rects[i - 1].x) << "rank " << rank;
      }
    }
  }
  std::vector<Rect> extents;
  for (const Text& text : scene.texts) {
    EXPECT_FALSE(text.text.empty());
    extents.push_back(Extent(text));
    EXPECT_TRUE(inside(extents.back(), page)) << text.text;
  }
  // Texts by rows: sort by top, compare with those that can touch.
  std::sort(extents.begin(), extents.end(),
            [](const Rect& a, const Rect& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
  for (size_t i = 0; i < extents.size(); ++i) {
    for (size_t j = i + 1; j < extents.size() && extents[j].y < extents[i].bottom(); ++j) {
      ASSERT_FALSE(Overlap(extents[i], extents[j])) << extents[i].x << "," << extents[i].y;
    }
  }
}

TEST(LayOutTest, DrawsAnOpABoxToScale) {
  const Drawable drawable(UniformPipeline(4, 8, 1, 2), "1f1b");
  const auto scene = drawable.Draw();
  ASSERT_THAT(scene, IsOk());
  CheckScene(*scene);
  ASSERT_EQ(scene->boxes.size(), drawable.order.ops.size());
  // The first box starts at time 0; times are in ticks of one unit here.
  const int left = scene->boxes[0].rect.x;
  const auto last_end = [&] {
    int right = 0;
    for (const Box& box : scene->boxes) right = std::max(right, box.rect.right());
    return right;
  }();
  const double pixels_a_tick = static_cast<double>(last_end - left) / 33;
  EXPECT_GT(pixels_a_tick, 20);
  for (size_t i = 0; i < scene->boxes.size(); ++i) {
    const Box& box = scene->boxes[i];
    EXPECT_EQ(box.first, drawable.order.ops[i]);
    EXPECT_NEAR(box.rect.x, left + pixels_a_tick * static_cast<double>(drawable.timeline.starts[i]),
                2);
    EXPECT_NEAR(box.rect.right(),
                left + pixels_a_tick * static_cast<double>(drawable.timeline.ends[i]), 2);
    EXPECT_EQ(box.paint, box.first.kind() == OpKind::kForward ? Paint::kForward : Paint::kBackward);
    EXPECT_EQ(box.rect.y, scene->boxes[static_cast<size_t>(box.rank) * 16].rect.y);
  }
}

TEST(LayOutTest, NumbersAreInsideTheirBoxes) {
  const auto scene = Drawable(UniformPipeline(4, 8, 1, 2), "1f1b").Draw();
  ASSERT_THAT(scene, IsOk());
  int numbers = 0;
  for (const Box& box : scene->boxes) {
    for (const Text& text : scene->texts) {
      const Rect extent = Extent(text);
      if (!Overlap(extent, box.rect)) continue;
      EXPECT_EQ(text.text, absl::StrCat(box.first.microbatch()));
      EXPECT_TRUE(box.rect.x <= extent.x && extent.right() <= box.rect.right() &&
                  box.rect.y <= extent.y && extent.bottom() <= box.rect.bottom());
      ++numbers;
    }
  }
  EXPECT_EQ(numbers, 64);
}

TEST(LayOutTest, SaysWhatItShows) {
  Drawable drawable(UniformPipeline(4, 8, 1, 2), "1f1b");
  drawable.options.labels.time_unit = "ms";
  const auto scene = drawable.Draw();
  ASSERT_THAT(scene, IsOk());
  const std::string all = absl::StrJoin(TextsOf(*scene), "\n");
  for (const char* text : {"1f1b, 4 ranks", "8 microbatches", "bubble rate 27.27 % (idle / total)",
                           "bubble overhead 37.50 % (idle / busy)", "forward (F)", "backward (B)",
                           "idle", "rank 0", "rank 3", "dddddddddddd", "time (ms)", "p2p 0"}) {
    EXPECT_THAT(all, HasSubstr(text));
  }
  EXPECT_THAT(all, testing::Not(HasSubstr("weights")));  // Only kinds that occur.
  drawable.options.labels.title = "a name of its own";
  EXPECT_THAT(TextsOf(*drawable.Draw()), testing::Contains("a name of its own"));
}

TEST(LayOutTest, HoldsForAllSizes) {
  constexpr struct {
    int ranks, microbatches;
    int64_t forward, backward, p2p;
  } kCases[] = {{1, 1, 1, 2, 0},
                {1, 1, 1, 0, 0},
                {2, 1, 1, 2, 1000},
                {4, 8, 1, 2, 0},
                {16, 64, 10, 20, 3},
                {64, 512, 1, 2, 0},
                {1, 100000, 1, 2, 0},
                {4096, 1, 1, 2, 0},
                {4096, 4, 7, 3, 1},
                {300, 3, 1, 100000, 0},
                {8, 20, 100000, 1, 0},
                {3, 2000, 5, 7, 1},
                {2, 3, int64_t{1} << 58, int64_t{1} << 57, 0}};
  for (const auto& c : kCases) {
    for (const char* kind : {"1f1b", "gpipe"}) {
      SCOPED_TRACE(absl::StrCat(kind, " ", c.ranks, "x", c.microbatches));
      const auto scene =
          Drawable(UniformPipeline(c.ranks, c.microbatches, c.forward, c.backward, c.p2p), kind)
              .Draw();
      ASSERT_THAT(scene, IsOk());
      CheckScene(*scene);
      EXPECT_FALSE(scene->boxes.empty());
    }
  }
}

TEST(LayOutTest, OneSlowStageKeepsShortOpsVisible) {
  Pipeline pipeline = UniformPipeline(4, 8, 1, 2);
  pipeline.stages[1].forward = 1000;
  const auto scene = Drawable(pipeline, "1f1b").Draw();
  ASSERT_THAT(scene, IsOk());
  CheckScene(*scene);
  std::set<int> ranks;
  for (const Box& box : scene->boxes) ranks.insert(box.rank);
  EXPECT_EQ(ranks.size(), 4u);
}

// However short the ops at the right edge are, each rank's last one is there.
TEST(LayOutTest, TheLastOpIsDrawn) {
  constexpr struct {
    int ranks, microbatches;
    int64_t forward, backward, p2p;
  } kCases[] = {{4, 8, 1, 2, 1000}, {4, 8, 1, 2, 5000}, {3, 2, 10000, 1, 0}, {2, 2, 100000, 1, 7}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.ranks, "x", c.microbatches, " c=", c.p2p));
    const Drawable drawable(UniformPipeline(c.ranks, c.microbatches, c.forward, c.backward, c.p2p),
                            "1f1b");
    const auto scene = drawable.Draw();
    ASSERT_THAT(scene, IsOk());
    CheckScene(*scene);
    std::map<int, Box> last;
    for (const Box& box : scene->boxes) last[box.rank] = box;
    for (int r = 0; r < c.ranks; ++r) {
      const auto i =
          static_cast<size_t>(drawable.order.rank_offsets[static_cast<size_t>(r) + 1]) - 1;
      EXPECT_EQ(last[r].end, drawable.pipeline.scale.ToUnits(drawable.timeline.ends[i]))
          << "rank " << r;
      EXPECT_EQ(last[r].paint, Paint::kBackward) << "rank " << r;
    }
  }
}

TEST(LayOutTest, ManyOpsMergeIntoRunsThatKeepThePhases) {
  const Drawable drawable(UniformPipeline(64, 512, 1, 2), "1f1b");
  const auto scene = drawable.Draw();
  ASSERT_THAT(scene, IsOk());
  EXPECT_LT(scene->boxes.size(), drawable.order.ops.size() / 20);
  int64_t ops = 0;
  std::map<int, std::vector<Box>> rows;
  for (const Box& box : scene->boxes) {
    ops += box.num_ops;
    rows[box.rank].push_back(box);
  }
  EXPECT_EQ(ops, drawable.order.num_ops());
  for (const auto& [rank, boxes] : rows) {
    if (rank > 56) continue;  // Their warm-up and cool-down are too short to be seen.
    SCOPED_TRACE(rank);
    EXPECT_EQ(boxes.front().paint, Paint::kForward);  // warm-up
    EXPECT_EQ(boxes.front().num_ops, 64 - rank);      // and the first of the steady state
    EXPECT_EQ(boxes.back().paint, Paint::kBackward);  // cool-down
    EXPECT_GT(boxes.back().num_ops, 3);
    // In between forwards and backwards are stacked: 1 to 2 in height.
    const Box& forward = boxes[1];
    const Box& backward = boxes[2];
    EXPECT_EQ(forward.paint, Paint::kForward);
    EXPECT_EQ(backward.paint, Paint::kBackward);
    EXPECT_EQ(forward.rect.x, backward.rect.x);
    EXPECT_NEAR(backward.rect.height, 2 * forward.rect.height, 2);
  }
}

TEST(LayOutTest, ManyRanksGetFewLabels) {
  for (const int ranks : {64, 65, 500, 4096}) {
    const auto scene = Drawable(UniformPipeline(ranks, 2, 1, 2), "1f1b").Draw();
    ASSERT_THAT(scene, IsOk());
    const std::vector<std::string> texts = TextsOf(*scene);
    const auto labels = std::count_if(texts.begin(), texts.end(), [](const std::string& text) {
      return absl::StartsWith(text, "rank ");
    });
    EXPECT_TRUE(32 <= labels && labels <= 64) << ranks << " ranks, " << labels << " labels";
  }
}

TEST(LayOutTest, DrawsHalvesAndPairs) {
  Pipeline pipeline = UniformPipeline(1, 3, 4, 6);
  const Drawable drawable(pipeline, *ParseOrder("0F0 (0F1;0B0) 0F2 0I1 0W1 0I2 0W2\n"));
  const auto scene = drawable.Draw();
  ASSERT_THAT(scene, IsOk());
  CheckScene(*scene);
  std::multiset<Paint> paints;
  for (const Box& box : scene->boxes) paints.insert(box.paint);
  EXPECT_EQ(paints.count(Paint::kForward), 3u);
  EXPECT_EQ(paints.count(Paint::kBackward), 1u);
  EXPECT_EQ(paints.count(Paint::kBackwardInput), 2u);
  EXPECT_EQ(paints.count(Paint::kBackwardWeight), 2u);
  const Box& pair_forward = scene->boxes[1];
  const Box& pair_backward = scene->boxes[2];
  EXPECT_EQ(pair_forward.rect.x, pair_backward.rect.x);
  EXPECT_EQ(pair_forward.rect.width, pair_backward.rect.width);
  EXPECT_EQ(pair_forward.rect.bottom(), pair_backward.rect.y);
}

TEST(LayOutTest, HostileTitlesAreShortenedAndCleaned) {
  Drawable drawable(UniformPipeline(4, 8, 1, 2), "1f1b");
  for (const std::string& title : {std::string(1024, 'W'), std::string("a\nb\tc\x01\x7f"),
                                   std::string("\xff\xfe\xc3"), std::string("nul\0nul", 7),
                                   std::string("\xe2\x80\xae"
                                               "esrever"),
                                   std::string("<script>&amp;\"'"), std::string(1024, ' ')}) {
    drawable.options.labels.title = title;
    drawable.options.labels.time_unit = title.substr(0, 64);
    const auto scene = drawable.Draw();
    ASSERT_THAT(scene, IsOk());
    CheckScene(*scene);
    for (const Text& text : scene->texts) {
      for (const char c : text.text) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << text.text;
      EXPECT_FALSE(absl::StrContains(text.text, "\xe2\x80\xae"));
    }
  }
}

TEST(LayOutTest, RefusesPicturesAboveTheLimits) {
  const Drawable drawable(UniformPipeline(4, 8, 1, 2), "1f1b");
  const auto scene = drawable.Draw();
  ASSERT_THAT(scene, IsOk());
  const int64_t pixels = int64_t{scene->width} * scene->height;
  EXPECT_THAT(drawable.Draw({.max_side = scene->width, .max_pixels = pixels}), IsOk());
  EXPECT_THAT(drawable.Draw({.max_side = scene->width - 1, .max_pixels = pixels}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(absl::StrCat(scene->width))));
  EXPECT_THAT(drawable.Draw({.max_side = scene->width, .max_pixels = pixels - 1}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(absl::StrCat(pixels - 1))));
}

TEST(PaletteTest, KindsDifferInLightness) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    // Rec. 601 luma, as a grey print shows it.
    const auto luma = [theme](Paint paint) {
      const Colour colour = ColourOf(theme, paint);
      return 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue;
    };
    const Paint kinds[] = {Paint::kForward, Paint::kBackwardInput, Paint::kBackward,
                           Paint::kBackwardWeight};
    for (size_t i = 1; i < std::size(kinds); ++i) {
      EXPECT_GT(luma(kinds[i]), luma(kinds[i - 1]) + 10) << i;
    }
    for (const Paint kind : kinds) EXPECT_GT(std::abs(luma(kind) - luma(Paint::kIdle)), 30);
  }
}

// WCAG's contrast of two colours, from 1 to 21.
double Contrast(Colour a, Colour b) {
  const auto luminance = [](Colour colour) {
    const auto linear = [](uint8_t value) {
      const double part = value / 255.0;
      return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) +
           0.0722 * linear(colour.blue);
  };
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

TEST(PaletteTest, NumbersAndTextsCanBeRead) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    for (int kind = 0; kind < kNumOpKinds; ++kind) {
      for (uint8_t shade = 0; shade <= kPalest; ++shade) {
        const Paint ground = PaintOf(static_cast<OpKind>(kind));
        EXPECT_GT(
            Contrast(ColourOf(theme, ground, shade), ColourOf(theme, InkOn(theme, ground, shade))),
            3.9)
            << kind << " shade " << static_cast<int>(shade);
      }
    }
    for (const Paint ink : {Paint::kInk, Paint::kFaintInk, Paint::kCritical, Paint::kLimit}) {
      EXPECT_GT(Contrast(ColourOf(theme, Paint::kPage), ColourOf(theme, ink)), 4.5);
    }
  }
}

// Colours as seen without one of the three kinds of cone: matrices for linear RGB of
// Machado, Oliveira and Fernandes (2009), severity 1.
TEST(PaletteTest, KindsDifferForTheColourBlind) {
  constexpr double kMatrices[3][3][3] = {{{0.152286, 1.052583, -0.204868},
                                          {0.114503, 0.786281, 0.099216},
                                          {-0.003882, -0.048116, 1.051998}},
                                         {{0.367322, 0.860646, -0.227968},
                                          {0.280085, 0.672501, 0.047413},
                                          {-0.011820, 0.042940, 0.968881}},
                                         {{1.255528, -0.076749, -0.178779},
                                          {-0.078411, 0.930809, 0.147602},
                                          {0.004733, 0.691367, 0.303900}}};
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    for (const auto& matrix : kMatrices) {
      const auto seen = [&](Paint paint) {
        const Colour colour = ColourOf(theme, paint);
        const double rgb[] = {std::pow(colour.red / 255.0, 2.2),
                              std::pow(colour.green / 255.0, 2.2),
                              std::pow(colour.blue / 255.0, 2.2)};
        std::array<double, 3> out{};
        for (size_t i = 0; i < 3; ++i) {
          for (size_t j = 0; j < 3; ++j) out[i] += matrix[i][j] * rgb[j];
          out[i] = 255 * std::pow(std::clamp(out[i], 0.0, 1.0), 1 / 2.2);
        }
        return out;
      };
      const Paint paints[] = {Paint::kForward, Paint::kBackward, Paint::kBackwardInput,
                              Paint::kBackwardWeight, Paint::kIdle};
      for (const Paint a : paints) {
        for (const Paint b : paints) {
          if (a >= b) continue;
          const auto x = seen(a);
          const auto y = seen(b);
          const double distance = std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
          EXPECT_GT(distance, 24) << static_cast<int>(a) << " and " << static_cast<int>(b);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pipesched
