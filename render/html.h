#ifndef PIPESCHED_RENDER_HTML_H_
#define PIPESCHED_RENDER_HTML_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/model/cancel.h"
#include "render/options.h"

namespace pipesched {

// A page to look around in: zoom, hover, search, trace. One file that needs no network.
// Several subjects are drawn below each other on one time axis. About 6 bytes an op.
// Equal input gives equal bytes.
//
// Of the options, theme, critical path, memory and times say what the page shows first;
// transfers are shown of the op that is selected; ranks and sizes say nothing.
//
// Returns CANCELLED if `cancelled`, asked once a rank, said so.
absl::StatusOr<std::string> WriteHtml(absl::Span<const Subject> subjects,
                                      const PictureOptions& options,
                                      Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_HTML_H_
