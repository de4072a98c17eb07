#include "render/png.h"

#include <cairo.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "render/canvas.h"

namespace pipesched {
namespace {

// Measured: on flat areas with sharp edges no filter and a short search beat the
// other filters, levels and strategies of zlib in time, and most of them in size.
constexpr int kFilter = PNG_FILTER_NONE;
constexpr int kLevel = 3;

constexpr int kCheckEveryRows = 64;

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyCairo {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;

absl::Status CheckTexts(absl::Span<const FileText> texts) {
  for (const FileText& text : texts) {
    const bool good_key = !text.key.empty() && text.key.size() <= 79 &&
                          std::all_of(text.key.begin(), text.key.end(), [](char c) {
                            return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
                          });
    if (!good_key) {
      return absl::InvalidArgumentError(
          absl::StrCat("PNG text key has ", text.key.size(),
                       " bytes, want 1 to 79 ASCII letters, digits and '-'"));
    }
    if (text.value.find('\0') != text.value.npos) {
      return absl::InvalidArgumentError(absl::StrCat("PNG text ", text.key, " holds a NUL"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Surface> Paint32(const Scene& scene, Cancelled cancelled) {
  Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, ScaledWidth(scene), ScaledHeight(scene)));
  const std::unique_ptr<cairo_t, DestroyCairo> cairo(cairo_create(surface.get()));
  if (!DrawScene(scene, cairo.get(), cancelled)) {
    return absl::CancelledError("cancelled while drawing");
  }
  cairo_surface_flush(surface.get());
  const cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) return surface;
  return absl::InternalError(absl::StrCat("cannot draw ", ScaledWidth(scene), " x ",
                                          ScaledHeight(scene),
                                          " pixels: ", cairo_status_to_string(status)));
}

bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

// libpng takes char* but does not write to it.
std::vector<png_text> ToPngTexts(absl::Span<const FileText> texts) {
  std::vector<png_text> out;
  for (const FileText& text : texts) {
    png_text entry = {};
    entry.compression = IsAscii(text.value) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    entry.key = const_cast<char*>(text.key.c_str());
    entry.text = const_cast<char*>(text.value.c_str());
    out.push_back(entry);
  }
  return out;
}

// Pixels as Cairo has them, a native-endian 0x00RRGGBB each, to PNG's bytes.
void ToRgb(const uint32_t* pixels, size_t width, unsigned char* rgb) {
  for (size_t x = 0; x < width; ++x) {
    *rgb++ = static_cast<unsigned char>(pixels[x] >> 16);
    *rgb++ = static_cast<unsigned char>(pixels[x] >> 8);
    *rgb++ = static_cast<unsigned char>(pixels[x]);
  }
}

// False without memory: no exception may pass through libpng.
bool TryAppend(std::string& out, const unsigned char* bytes, size_t size) noexcept {
  try {
    out.append(reinterpret_cast<const char*>(bytes), size);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void Append(png_structp png, png_bytep bytes, size_t size) {
  auto* out = static_cast<std::string*>(png_get_io_ptr(png));
  if (!TryAppend(*out, bytes, size)) png_error(png, "no memory");
}
void Flush(png_structp) {}
void Ignore(png_structp, png_const_charp) {}
[[noreturn]] void Fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }

// Everything that libpng needs, made by a caller that keeps it: a failing libpng
// jumps over the frames below setjmp, where nothing may need destroying.
struct PngJob {
  cairo_surface_t* surface;
  std::vector<png_text> texts;
  std::vector<unsigned char> row;  // RGB
  std::string out;
  Cancelled cancelled;
  bool stopped = false;
};

void Encode(png_structp png, png_infop info, PngJob& job) {
  const int width = cairo_image_surface_get_width(job.surface);
  const int height = cairo_image_surface_get_height(job.surface);
  const int stride = cairo_image_surface_get_stride(job.surface);
  const unsigned char* pixels = cairo_image_surface_get_data(job.surface);
  png_set_write_fn(png, &job.out, Append, Flush);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, kFilter);
  png_set_compression_level(png, kLevel);
  png_set_compression_buffer_size(png, size_t{1} << 16);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
               PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_set_text(png, info, job.texts.data(), static_cast<int>(job.texts.size()));
  png_write_info(png, info);
  for (int y = 0; y < height; ++y) {
    if (y % kCheckEveryRows == 0 && job.cancelled()) {
      job.stopped = true;
      return;
    }
    ToRgb(reinterpret_cast<const uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride),
          static_cast<size_t>(width), job.row.data());
    png_write_row(png, job.row.data());
  }
  png_write_end(png, info);
}

// Returns whether libpng did not fail. Holds only plain values (see PngJob).
bool TryEncode(png_structp png, png_infop info, PngJob& job) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  Encode(png, info, job);
  return true;
}

}  // namespace

absl::StatusOr<std::string> WritePng(const Scene& scene, absl::Span<const FileText> texts,
                                     Cancelled cancelled) {
  if (absl::Status status = CheckTexts(texts); !status.ok()) return status;
  absl::StatusOr<Surface> surface = Paint32(scene, cancelled);
  if (!surface.ok()) return surface.status();
  PngJob job{surface->get(), ToPngTexts(texts),
             std::vector<unsigned char>(static_cast<size_t>(ScaledWidth(scene)) * 3), "",
             cancelled};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, Fail, Ignore);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  const bool done = info != nullptr && TryEncode(png, info, job);
  png_destroy_write_struct(&png, &info);
  if (!done) return absl::InternalError("libpng cannot write the picture");
  if (job.stopped) return absl::CancelledError("cancelled while writing");
  return std::move(job.out);
}

}  // namespace pipesched
