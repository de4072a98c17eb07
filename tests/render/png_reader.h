#ifndef PIPESCHED_TESTS_RENDER_PNG_READER_H_
#define PIPESCHED_TESTS_RENDER_PNG_READER_H_

#include <gtest/gtest.h>
#include <png.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "render/palette.h"

namespace pipesched {

// What another reader of a PNG file sees.
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

struct PngBytes {
  const std::string* bytes;
  size_t position;
};

inline void ReadPngBytes(png_structp png, png_bytep out, size_t size) {
  auto* reader = static_cast<PngBytes*>(png_get_io_ptr(png));
  if (reader->position + size > reader->bytes->size()) png_error(png, "too short");
  std::memcpy(out, reader->bytes->data() + reader->position, size);
  reader->position += size;
}

inline Decoded Decode(const std::string& bytes) {
  Decoded decoded;
  PngBytes reader{&bytes, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &reader, ReadPngBytes);
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

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_RENDER_PNG_READER_H_
