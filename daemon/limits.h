#ifndef PIPESCHED_DAEMON_LIMITS_H_
#define PIPESCHED_DAEMON_LIMITS_H_

#include <cstdint>

namespace pipesched {

// What the service accepts; the proto's ServerLimits says it to callers. All
// are checked before anything is allocated.
struct Limits {
  int max_ranks = 4096;
  int max_chunks_per_rank = 64;
  int max_microbatches = 1 << 20;
  int max_ops = 1 << 24;  // a fused pair counts 2
  int max_message_bytes = 64 << 20;
  int max_picture_side = 32767;  // pixels
  int max_picture_pixels = 100'000'000;
  int max_order_text_bytes = 32 << 20;
};

// Labels of a picture, in bytes; not configurable.
inline constexpr int kMaxTitleBytes = 1024;
inline constexpr int kMaxTimeUnitBytes = 64;

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_LIMITS_H_
