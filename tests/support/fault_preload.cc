// Loaded into a program with LD_PRELOAD, gives it faults:
//
//   PIPESCHED_FAULT_CLOCK      a file of one int64: seconds that the machine's clock was
//                              set forward, or back, since; may change at any time
//   PIPESCHED_FAULT_MOST_SENT  sends and writes to sockets take so many bytes at most

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>

namespace {

// The function of that name that the program would have called.
template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

const int64_t* MapClock() {
  static const int64_t none = 0;
  const char* const path = std::getenv("PIPESCHED_FAULT_CLOCK");
  const int file = path != nullptr ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return &none;
  void* const mapped = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return mapped == MAP_FAILED ? &none : static_cast<const int64_t*>(mapped);
}

int64_t ClockOffset() {
  static const int64_t* const offset = MapClock();
  return __atomic_load_n(offset, __ATOMIC_RELAXED);
}

size_t MostSent(size_t wanted) {
  static const char* const text = std::getenv("PIPESCHED_FAULT_MOST_SENT");
  return text == nullptr ? wanted
                         : std::min(wanted, static_cast<size_t>(std::strtoul(text, nullptr, 10)));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static const auto next = Next<long(long, ...)>("syscall");
  const auto result = static_cast<int>(next(SYS_clock_gettime, clock, time));
  const bool is_set = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_set) time->tv_sec += ClockOffset();
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return result;
}

time_t time(time_t* seconds) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != nullptr) *seconds = now.tv_sec;
  return now.tv_sec;
}

// Waits until a time of day are waits of the kernel, whose clock was not set.
long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  static const auto next = Next<long(long, ...)>("syscall");
  timespec until{};
  if (number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) != 0 && a[3] != 0) {
    until = *reinterpret_cast<const timespec*>(a[3]);
    until.tv_sec = std::max<time_t>(0, until.tv_sec - ClockOffset());
    a[3] = reinterpret_cast<long>(&until);
  }
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  static const auto next = Next<ssize_t(int, const void*, size_t, int)>("send");
  return next(socket, bytes, MostSent(size), flags);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto next = Next<ssize_t(int, const msghdr*, int)>("sendmsg");
  if (message->msg_iovlen == 0) return next(socket, message, flags);
  iovec first = message->msg_iov[0];
  const size_t most = MostSent(SIZE_MAX);
  if (most == SIZE_MAX) return next(socket, message, flags);
  first.iov_len = std::min(first.iov_len, most);
  msghdr part = *message;
  part.msg_iov = &first;
  part.msg_iovlen = 1;
  return next(socket, &part, flags);
}

}  // extern "C"
