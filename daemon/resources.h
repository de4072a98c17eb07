#ifndef PIPESCHED_DAEMON_RESOURCES_H_
#define PIPESCHED_DAEMON_RESOURCES_H_

#include <cstdint>
#include <string>

namespace pipesched {

// What this process may use: the smaller of what the machine has and what its
// control groups (version 2) allow. `root` stands before /proc and /sys: a test's
// own tree, or "".

// Whole processors, at least 1; a fraction rounds up.
int AvailableProcessors(const std::string& root = "");

// Bytes of memory.
int64_t AvailableMemory(const std::string& root = "");

// Bytes of memory that this process holds now.
int64_t ResidentBytes();

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_RESOURCES_H_
