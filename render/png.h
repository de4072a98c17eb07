#ifndef PIPESCHED_RENDER_PNG_H_
#define PIPESCHED_RENDER_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "render/file_text.h"
#include "render/scene.h"

namespace pipesched {

// The scene as a PNG file, 8-bit RGB. Equal input gives equal bytes; there is
// no time in the file. A text is tEXt if its value is ASCII, else iTXt.
//
// Allocates 4 bytes a pixel: check the size first (see frame.h).
//
// Returns INVALID_ARGUMENT if a text is not of that form, INTERNAL if there
// is no memory for the pixels, CANCELLED if `cancelled` said so.
absl::StatusOr<std::string> WritePng(const Scene& scene, absl::Span<const FileText> texts,
                                     Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PNG_H_
