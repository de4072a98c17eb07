#ifndef PIPESCHED_RENDER_TEXT_PICTURE_H_
#define PIPESCHED_RENDER_TEXT_PICTURE_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/model/cancel.h"
#include "render/options.h"

namespace pipesched {

struct TextStyle {
  int columns = 100;    // longest line, at least 40
  bool colour = false;  // escape sequences of 256 colours
  bool ascii = false;   // no block characters
};

// A drawing of characters, with its size.
struct TextPicture {
  std::string text;  // lines, each with a line feed
  int columns = 0;   // longest line, without escape sequences
  int lines = 0;
};

// The schedules as characters: a line a rank, time to the right, as many characters a
// unit of time as fit, the same everywhere. An op is its letter and microbatch, where
// they fit, and then blocks of its kind:
//
//   rank 0  F0██F1██B0▒▒▒▒▒▒B1▒▒▒▒▒▒
//
// Where ops are shorter than a character it shows the kind that takes most of its time.
// Ranks, times and theme are of the options; pixels are not.
//
// Returns CANCELLED if `cancelled` said so.
absl::StatusOr<TextPicture> DrawText(absl::Span<const Subject> subjects,
                                     const PictureOptions& options, const TextStyle& style,
                                     Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_TEXT_PICTURE_H_
