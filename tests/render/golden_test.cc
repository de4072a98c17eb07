// Pictures against those in tests/render/golden, which people have looked at: the scene
// as text to the letter, its pixels with a small tolerance, since another version of
// Cairo or FreeType may draw edges of letters otherwise.
//
// PIPESCHED_UPDATE=1 writes them anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "render/png.h"
#include "tests/render/drawable.h"
#include "tests/render/png_reader.h"
#include "tests/render/scene_text.h"
#include "tests/support/pipelines.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

constexpr int kMostDifference = 48;            // of a colour's 255, in one pixel
constexpr double kMostDifferingPixels = 2e-3;  // of all

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ExpectSimilar(const Decoded& a, const Decoded& b) {
  ASSERT_EQ(a.width, b.width);
  ASSERT_EQ(a.height, b.height);
  size_t differing = 0;
  for (size_t i = 0; i < a.rgb.size(); i += 3) {
    for (size_t channel = i; channel < i + 3; ++channel) {
      if (std::abs(a.rgb[channel] - b.rgb[channel]) > kMostDifference) {
        ++differing;
        break;
      }
    }
  }
  EXPECT_LE(static_cast<double>(differing),
            kMostDifferingPixels * static_cast<double>(a.rgb.size()) / 3);
}

void CheckGolden(const std::string& name, const Scene& scene) {
  SCOPED_TRACE(name);
  const std::string base = SourceFile(absl::StrCat("tests/render/golden/", name));
  const std::string text = FormatScene(scene);
  const std::string png = *WritePng(scene, {});
  if (std::getenv("PIPESCHED_UPDATE") != nullptr) {
    std::ofstream(base + ".txt", std::ios::binary) << text;
    std::ofstream(base + ".png", std::ios::binary) << png;
  }
  EXPECT_EQ(ReadFile(base + ".txt"), text);
  ExpectSimilar(Decode(ReadFile(base + ".png")), Decode(png));
}

TEST(GoldenPictureTest, OneSchedule) {
  CheckGolden("1f1b", *Drawable(UnitPipeline(4, 8), "1f1b").Draw());
}

TEST(GoldenPictureTest, EverythingInTheDark) {
  Pipeline pipeline = UnitPipeline(8, 6, 1);
  pipeline.shape = {.num_ranks = 4, .chunks_per_rank = 2, .num_microbatches = 8};
  for (StageCost& stage : pipeline.stages) stage.activation_bytes = int64_t{1} << 30;
  pipeline.memory_limit_bytes.assign(4, int64_t{10} << 30);
  Drawable drawable(pipeline, "zbv");
  drawable.options.theme = Theme::kDark;
  drawable.options.arrows = true;
  drawable.options.critical_path = true;
  drawable.options.labels = {"Step 1 <of> many & more", "ms"};
  CheckGolden("zbv_dark", *drawable.Draw());
}

TEST(GoldenPictureTest, ManyOps) {
  CheckGolden("1f1b_64x512", *Drawable(UnitPipeline(64, 512), "1f1b").Draw());
}

TEST(GoldenPictureTest, Comparison) {
  const Pipeline pipeline = UnitPipeline(4, 8);
  const Drawable first(pipeline, "1f1b");
  const Drawable second(pipeline, "zb_h1");
  const Drawable third(pipeline, "dualpipe");
  CheckGolden("comparison",
              *LayOutComparison({first.subject(), second.subject(), third.subject()}, {}));
}

}  // namespace
}  // namespace pipesched
