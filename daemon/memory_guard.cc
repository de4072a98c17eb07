#include "daemon/memory_guard.h"

#include <linux/tcp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

#include "daemon/connections.h"
#include "daemon/resources.h"

namespace pipesched {
namespace {

constexpr std::chrono::milliseconds kInterval{100};

// Trimming walks the whole heap.
constexpr absl::Duration kTrimInterval = absl::Seconds(1);

// Who sends less than this between two looks is not to blame.
constexpr uint64_t kLeastBytes = 32 << 10;

// Bytes that the peer of a TCP connection has sent; 0 for other sockets.
uint64_t ReceivedBytes(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

}  // namespace

MemoryGuard::MemoryGuard(Options options)
    : options_(std::move(options)), thread_([this] {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!changed_.wait_for(lock, kInterval, [this] { return done_; })) Look();
      }) {}

MemoryGuard::~MemoryGuard() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void MemoryGuard::Look() {
  int64_t resident = ResidentBytes();
  const bool may_trim = !since_trim_ || since_trim_->Elapsed() > kTrimInterval;
  if (resident > options_.max_bytes && may_trim) {
    malloc_trim(0);  // It may be free already.
    since_trim_.emplace();
    resident = ResidentBytes();
  }
  if (resident <= options_.max_bytes) return received_.clear();
  std::map<int, uint64_t> received;
  int broken = 0;
  ForEachConnection(options_.addresses, [&](int fd) {
    const uint64_t bytes = ReceivedBytes(fd);
    received[fd] = bytes;
    const auto before = received_.find(fd);
    // One that is new since the last look has sent all of it since.
    const bool is_known = before != received_.end() && before->second <= bytes;
    const uint64_t sent = bytes - (is_known ? before->second : 0);
    if (!received_.empty() && sent >= kLeastBytes && shutdown(fd, SHUT_RDWR) == 0) ++broken;
  });
  received_ = std::move(received);
  if (broken == 0) return;
  broken_ += broken;
  if (options_.on_break != nullptr) options_.on_break(resident, broken);
}

}  // namespace pipesched
