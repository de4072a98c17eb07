#ifndef PIPESCHED_RENDER_CAPTIONS_H_
#define PIPESCHED_RENDER_CAPTIONS_H_

#include <string>
#include <vector>

#include "render/facts.h"
#include "render/frame.h"
#include "render/options.h"
#include "render/scene.h"

namespace pipesched {

// The words around the plot, cut into lines that fit its width.
struct Captions {
  std::string title;
  std::vector<std::string> facts;
  std::vector<std::string> headings;  // of panels; only where there are several
  ComparisonRows table;               // the same
  std::vector<std::string> footnote;
};

Captions MakeCaptions(absl::Span<const Subject> subjects, const PictureOptions& options,
                      const Frame& frame);

void AddCaptions(const Frame& frame, const Captions& captions, Scene& scene);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_CAPTIONS_H_
