#include "render/pdf.h"

#include <cairo-pdf.h>
#include <cairo.h>

#include <memory>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "render/canvas.h"

namespace pipesched {
namespace {

constexpr double kPointsAPixel = 0.75;

// Cairo writes the clock where no date is set.
constexpr char kDate[] = "2000-01-01T00:00:00Z";

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyCairo {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};

cairo_status_t Append(void* out, const unsigned char* bytes, unsigned size) {
  try {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

// Cairo 1.16 has no fields but the standard ones: all texts are in one.
std::string JoinTexts(absl::Span<const FileText> texts) {
  return absl::StrJoin(texts, "; ", [](std::string* out, const FileText& text) {
    absl::StrAppend(out, text.key, ": ", text.value);
  });
}

}  // namespace

absl::StatusOr<std::string> WritePdf(const Scene& scene, absl::Span<const FileText> texts,
                                     Cancelled cancelled) {
  std::string out;
  const std::unique_ptr<cairo_surface_t, DestroySurface> surface(
      cairo_pdf_surface_create_for_stream(Append, &out, scene.width * scene.scale * kPointsAPixel,
                                          scene.height * scene.scale * kPointsAPixel));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, kDate);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_MOD_DATE, kDate);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, scene.summary.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "pipesched");
  if (!texts.empty()) {
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_SUBJECT,
                                   JoinTexts(texts).c_str());
  }
  const std::unique_ptr<cairo_t, DestroyCairo> cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), kPointsAPixel, kPointsAPixel);
  const bool drawn = DrawScene(scene, cairo.get(), cancelled);
  cairo_surface_finish(surface.get());
  if (!drawn) return absl::CancelledError("cancelled while drawing");
  cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_SUCCESS) return out;
  return absl::InternalError(absl::StrCat("cannot write a PDF: ", cairo_status_to_string(status)));
}

}  // namespace pipesched
