#include "daemon/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace pipesched {
namespace {

sigset_t TerminationSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

sigset_t AllSignals() {
  sigset_t set = TerminationSet();
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void Signals::Block() {
  const sigset_t set = AllSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int Signals::Wait(absl::Duration timeout) {
  const sigset_t set = AllSignals();
  const timespec time = absl::ToTimespec(std::min(timeout, absl::Hours(24)));
  return std::max(0, sigtimedwait(&set, nullptr, &time));
}

void Signals::ExitOnTermination() {
  std::thread([] {
    const sigset_t set = TerminationSet();
    int signal_number = 0;
    sigwait(&set, &signal_number);
    _exit(128 + signal_number);
  }).detach();
}

}  // namespace pipesched
