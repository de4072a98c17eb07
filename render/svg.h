#ifndef PIPESCHED_RENDER_SVG_H_
#define PIPESCHED_RENDER_SVG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "render/file_text.h"
#include "render/scene.h"

namespace pipesched {

// The scene as an SVG file. Texts are <text> elements, in DejaVu Sans or what is like
// it; up to 5,000 boxes have a <title>, which programs show as a hint. Equal input gives
// equal bytes. `texts` are in its <metadata>, each in the attributes key and value of an
// element <text> of the namespace "urn:pipesched".
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<std::string> WriteSvg(const Scene& scene, absl::Span<const FileText> texts = {},
                                     Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_SVG_H_
