#ifndef PIPESCHED_RENDER_PNG_H_
#define PIPESCHED_RENDER_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "render/scene.h"

namespace pipesched {

// A text that a PNG file carries: tEXt if the value is ASCII, else iTXt.
struct PngText {
  std::string key;    // 1 to 79 ASCII letters, digits and '-'
  std::string value;  // UTF-8 without NUL
};

// The scene as a PNG file, 8-bit RGB. Equal input gives equal bytes; there is
// no time in the file.
//
// Allocates 4 bytes a pixel: check the size first (see frame.h).
//
// Returns INVALID_ARGUMENT if a text is not of that form, INTERNAL if there
// is no memory for the pixels, CANCELLED if `cancelled` said so.
absl::StatusOr<std::string> WritePng(const Scene& scene, absl::Span<const PngText> texts,
                                     Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_PNG_H_
