#include "render/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/render/drawable.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

// What another reader of the file sees.
struct Decoded {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> rgb;
  std::map<std::string, std::string> texts;

  Colour At(int x, int y) const {
    const unsigned char* pixel =
        &rgb[3 * (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x))];
    return {pixel[0], pixel[1], pixel[2]};
  }
};

struct Reader {
  const std::string* bytes;
  size_t position;
};

void ReadBytes(png_structp png, png_bytep out, size_t size) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (reader->position + size > reader->bytes->size()) png_error(png, "too short");
  std::memcpy(out, reader->bytes->data() + reader->position, size);
  reader->position += size;
}

Decoded Decode(const std::string& bytes) {
  Decoded decoded;
  Reader reader{&bytes, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &reader, ReadBytes);
  png_read_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  EXPECT_EQ(png_get_bit_depth(png, info), 8);
  EXPECT_EQ(png_get_color_type(png, info), PNG_COLOR_TYPE_RGB);
  decoded.width = static_cast<int>(png_get_image_width(png, info));
  decoded.height = static_cast<int>(png_get_image_height(png, info));
  png_bytepp rows = png_get_rows(png, info);
  for (int y = 0; y < decoded.height; ++y) {
    decoded.rgb.insert(decoded.rgb.end(), rows[y], rows[y] + 3 * decoded.width);
  }
  png_textp texts = nullptr;
  int count = 0;
  png_get_text(png, info, &texts, &count);
  for (int i = 0; i < count; ++i) decoded.texts[texts[i].key] = texts[i].text;
  png_destroy_read_struct(&png, &info, nullptr);
  EXPECT_EQ(reader.position, bytes.size());
  return decoded;
}

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
  for (const PngText& text : {PngText{"", "x"}, PngText{std::string(80, 'k'), "x"},
                              PngText{"a b", "x"}, PngText{"key", std::string("\0", 1)}}) {
    EXPECT_THAT(WritePng(scene, {text}), StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
  }
}

TEST(WritePngTest, SameSceneSameBytes) {
  EXPECT_EQ(*WritePng(FourByEight(), {}), *WritePng(FourByEight(), {}));
}

}  // namespace
}  // namespace pipesched
