#ifndef PIPESCHED_RENDER_NUMBERS_H_
#define PIPESCHED_RENDER_NUMBERS_H_

#include <cstdint>
#include <string>

namespace pipesched {

// A time in the caller's unit as people write it, of 9 significant digits at
// most: "33", "0.25", "2e12".
std::string FormatTime(double time);

// "512 B", "1.5 KiB", "80.0 GiB".
std::string FormatBytes(int64_t bytes);

// "1,234,567".
std::string FormatCount(int64_t count);

}  // namespace pipesched

#endif  // PIPESCHED_RENDER_NUMBERS_H_
