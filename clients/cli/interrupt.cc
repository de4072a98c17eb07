#include "clients/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "clients/cli/report.h"

namespace pipesched::cli {
namespace {

// Ends the waiting thread.
constexpr int kStopSignal = SIGUSR1;

bool IsIgnored(int signal_number) {
  struct sigaction action;
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void Wait(const sigset_t& signals, client::Cancellation* cancellation) {
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number != kStopSignal) {
    if (cancellation->cancelled()) _exit(static_cast<int>(ExitCode::kInterrupted));
    cancellation->Cancel();
  }
}

}  // namespace

InterruptHandler::InterruptHandler(client::Cancellation* cancellation) {
  if (IsIgnored(SIGINT)) return;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, kStopSignal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([signals, cancellation] { Wait(signals, cancellation); });
}

InterruptHandler::~InterruptHandler() {
  if (!thread_.joinable()) return;
  pthread_kill(thread_.native_handle(), kStopSignal);
  thread_.join();
}

}  // namespace pipesched::cli
