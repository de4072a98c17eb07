#ifndef PIPESCHED_DAEMON_MEMORY_GUARD_H_
#define PIPESCHED_DAEMON_MEMORY_GUARD_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/stopwatch.h"

namespace pipesched {

// Keeps the process near its memory mark where gRPC 1.51 does not: what a peer sends
// that never becomes a call (headers without end, calls that are reset at once) is kept
// and counted by nobody. While the process holds more than the mark, the TCP connections
// that send the most are broken; a client that meant well connects and tries again.
class MemoryGuard {
 public:
  struct Options {
    std::vector<std::string> addresses;  // listened on, see BreakConnections
    int64_t max_bytes = 0;               // the mark
    std::function<void(int64_t resident_bytes, int broken)> on_break;  // any thread; may be null
  };

  explicit MemoryGuard(Options options);
  ~MemoryGuard();

  // Connections broken so far.
  int64_t broken() const { return broken_; }

 private:
  void Look();

  const Options options_;
  std::map<int, uint64_t> received_;  // bytes, by descriptor, when last above the mark
  std::optional<Stopwatch> since_trim_;
  std::atomic<int64_t> broken_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_MEMORY_GUARD_H_
