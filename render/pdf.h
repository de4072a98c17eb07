#ifndef PIPESCHED_RENDER_PDF_H_
#define PIPESCHED_RENDER_PDF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "render/file_text.h"
#include "render/scene.h"

namespace pipesched {

// The scene as a PDF of one page, 3/4 point a pixel, with its font inside. Equal input
// gives equal bytes; there is no time in the file. `texts` are in its subject, as
// "key: value; key: value".
//
// Returns INTERNAL if Cairo cannot draw it, CANCELLED if `cancelled` said so.
absl::StatusOr<std::string> WritePdf(const Scene& scene, absl::Span<const FileText> texts = {},
                                     Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PDF_H_
