// What a picture costs: layout, and layout plus each format. Args: ranks, microbatches.
//
// BM_LibpngAlone encodes an image of the same pixels with the same settings; the
// counter `times_libpng` of BM_Png is its time divided by that, measured in the same run.

#include <benchmark/benchmark.h>
#include <cairo.h>
#include <png.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/metrics/metrics.h"
#include "engine/order/registry.h"
#include "engine/sim/simulator.h"
#include "render/canvas.h"
#include "render/html.h"
#include "render/layout.h"
#include "render/pdf.h"
#include "render/png.h"
#include "render/svg.h"
#include "render/text_picture.h"

namespace pipesched {
namespace {

Pipeline MakePipeline(const benchmark::State& state) {
  Pipeline pipeline;
  pipeline.shape = {.num_ranks = static_cast<int>(state.range(0)),
                    .num_microbatches = static_cast<int>(state.range(1))};
  StageCost cost;
  cost.forward = 1'000'000'000;
  cost.backward = 2'000'000'000;
  pipeline.stages.assign(static_cast<size_t>(pipeline.shape.num_stages()), cost);
  pipeline.p2p_forward.assign(pipeline.stages.size() - 1, 0);
  pipeline.p2p_backward = pipeline.p2p_forward;
  return pipeline;
}

// A computed 1F1B schedule of F = 1, B = 2.
struct Drawable {
  explicit Drawable(const benchmark::State& state)
      : pipeline(MakePipeline(state)),
        kind(*FindScheduleKind("1f1b")),
        placement(MakePlacement(kind.placement, pipeline.shape)),
        order(*kind.make_order(pipeline, {}, NeverCancelled)),
        timeline(*Simulate(pipeline, placement, order)),
        metrics(*ComputeMetrics(pipeline, placement, order, timeline)) {}

  Subject subject() const { return {pipeline, placement, order, timeline, metrics, "1f1b", ""}; }
  Scene Draw() const { return *LayOut(subject(), {}); }

  Pipeline pipeline;
  const ScheduleKind& kind;
  Placement placement;
  Order order;
  Timeline timeline;
  Metrics metrics;
};

// The pixels of a scene, as rows of RGB.
std::vector<unsigned char> PixelsOf(const Scene& scene) {
  cairo_surface_t* surface =
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene.width, scene.height);
  cairo_t* cairo = cairo_create(surface);
  DrawScene(scene, cairo, NeverCancelled);
  cairo_surface_flush(surface);
  std::vector<unsigned char> rgb;
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      const unsigned char* pixel = data + static_cast<std::ptrdiff_t>(y) * stride + 4 * x;
      rgb.insert(rgb.end(), {pixel[2], pixel[1], pixel[0]});
    }
  }
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
  return rgb;
}

void Keep(png_structp png, png_bytep bytes, size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))
      ->append(reinterpret_cast<const char*>(bytes), size);
}

// The settings of WritePng.
std::string EncodeAlone(const Scene& scene, const std::vector<unsigned char>& rgb) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &out, Keep, nullptr);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_compression_level(png, 3);
  png_set_compression_buffer_size(png, size_t{1} << 16);
  png_set_IHDR(png, info, static_cast<png_uint_32>(scene.width),
               static_cast<png_uint_32>(scene.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int y = 0; y < scene.height; ++y) {
    png_write_row(png, rgb.data() + static_cast<size_t>(y) * static_cast<size_t>(scene.width) * 3);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

double SecondsOf(const std::vector<unsigned char>& rgb, const Scene& scene) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const Clock::time_point start = Clock::now();
    benchmark::DoNotOptimize(EncodeAlone(scene, rgb).size());
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

void BM_LayOut(benchmark::State& state) {
  const Drawable drawable(state);
  for (auto _ : state) benchmark::DoNotOptimize(drawable.Draw().boxes.size());
}

void BM_Png(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  const Drawable drawable(state);
  const Scene scene = drawable.Draw();
  const double alone = SecondsOf(PixelsOf(scene), scene);
  size_t bytes = 0;
  double best = 1e9;
  for (auto _ : state) {
    const Clock::time_point start = Clock::now();
    bytes = WritePng(drawable.Draw(), {})->size();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["times_libpng"] = best / alone;
}

void BM_LibpngAlone(benchmark::State& state) {
  const Scene scene = Drawable(state).Draw();
  const std::vector<unsigned char> rgb = PixelsOf(scene);
  for (auto _ : state) benchmark::DoNotOptimize(EncodeAlone(scene, rgb).size());
}

void BM_Svg(benchmark::State& state) {
  const Drawable drawable(state);
  size_t bytes = 0;
  for (auto _ : state) bytes = WriteSvg(drawable.Draw())->size();
  state.counters["bytes"] = static_cast<double>(bytes);
}

void BM_Pdf(benchmark::State& state) {
  const Drawable drawable(state);
  size_t bytes = 0;
  for (auto _ : state) bytes = WritePdf(drawable.Draw())->size();
  state.counters["bytes"] = static_cast<double>(bytes);
}

void BM_Text(benchmark::State& state) {
  const Drawable drawable(state);
  const Subject subject = drawable.subject();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        DrawText(absl::MakeConstSpan(&subject, 1), {}, {.columns = 160})->text.size());
  }
}

void BM_Html(benchmark::State& state) {
  const Drawable drawable(state);
  const Subject subject = drawable.subject();
  size_t bytes = 0;
  for (auto _ : state) bytes = WriteHtml(absl::MakeConstSpan(&subject, 1), {})->size();
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["ops"] = static_cast<double>(drawable.order.num_ops());
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({4, 8})
      ->Args({16, 64})
      ->Args({64, 512})
      ->Args({256, 4096})
      ->Unit(benchmark::kMillisecond);
}

BENCHMARK(BM_LayOut)->Apply(Sizes);
BENCHMARK(BM_Png)->Apply(Sizes);
BENCHMARK(BM_LibpngAlone)->Apply(Sizes);
BENCHMARK(BM_Svg)->Apply(Sizes);
BENCHMARK(BM_Pdf)->Apply(Sizes);
BENCHMARK(BM_Text)->Apply(Sizes);
BENCHMARK(BM_Html)->Apply(Sizes)->Args({64, 782});

}  // namespace
}  // namespace pipesched
