#include "render/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/render/drawable.h"
#include "tests/render/png_reader.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

Scene FourByEight() { return *Drawable(UniformPipeline(4, 8, 1, 2), "1f1b").Draw(); }

TEST(WritePngTest, DecodesToTheScene) {
  const Scene scene = FourByEight();
  const auto png = WritePng(scene, {});
  ASSERT_THAT(png, IsOk());
  const Decoded decoded = Decode(*png);
  EXPECT_EQ(decoded.width, scene.width);
  EXPECT_EQ(decoded.height, scene.height);
  EXPECT_EQ(decoded.At(0, 0), ColourOf(Theme::kLight, Paint::kPage));
  for (const Box& box : scene.boxes) {
    // Clear of the number in the middle, in all four corners.
    for (const int x : {box.rect.x, box.rect.right() - 1}) {
      for (const int y : {box.rect.y, box.rect.bottom() - 1}) {
        EXPECT_EQ(decoded.At(x, y), ColourOf(Theme::kLight, box.paint, box.shade));
      }
    }
  }
  // Rank 3 is idle until time 3.
  const Box& late = scene.boxes[48];
  EXPECT_EQ(decoded.At(late.rect.x - 20, late.rect.y + 5), ColourOf(Theme::kLight, Paint::kIdle));
}

TEST(WritePngTest, DrawsTexts) {
  Scene scene;
  scene.width = 100;
  scene.height = 40;
  scene.texts.push_back({"8", 50, 30, 24, Anchor::kMiddle, Paint::kInk});
  const Decoded decoded = Decode(*WritePng(scene, {}));
  int dark = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 100; ++x) {
      if (decoded.At(x, y) == ColourOf(Theme::kLight, Paint::kPage)) continue;
      ++dark;
      EXPECT_TRUE(40 <= x && x < 60 && 10 <= y && y < 32) << x << "," << y;
    }
  }
  EXPECT_GT(dark, 40);
}

TEST(WritePngTest, CarriesTexts) {
  const auto png = WritePng(FourByEight(), {{"Software", "pipesched"},
                                            {"pipesched-request", "{\"title\":\"\xc3\xa9\"}"}});
  ASSERT_THAT(png, IsOk());
  const Decoded decoded = Decode(*png);
  EXPECT_EQ(decoded.texts.at("Software"), "pipesched");
  EXPECT_EQ(decoded.texts.at("pipesched-request"), "{\"title\":\"\xc3\xa9\"}");
}

TEST(WritePngTest, RefusesTextsThatAPngCannotHold) {
  const Scene scene = FourByEight();
  for (const FileText& text : {FileText{"", "x"}, FileText{std::string(80, 'k'), "x"},
                               FileText{"a b", "x"}, FileText{"key", std::string("\0", 1)}}) {
    EXPECT_THAT(WritePng(scene, {text}), StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
  }
}

TEST(WritePngTest, SameSceneSameBytes) {
  EXPECT_EQ(*WritePng(FourByEight(), {}), *WritePng(FourByEight(), {}));
}

}  // namespace
}  // namespace pipesched
