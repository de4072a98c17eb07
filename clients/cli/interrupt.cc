#include "clients/cli/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include "clients/cli/report.h"

namespace pipesched::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// Ends the waiting thread.
constexpr int kStopSignal = SIGUSR1;

bool IsIgnored(int signal_number) {
  struct sigaction action;
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void EndProgram(int signal_number, FileWriter& files) {
  const std::unique_lock<std::mutex> lock = files.RemoveUnfinished();
  if (signal_number == SIGINT) _exit(static_cast<int>(ExitCode::kInterrupted));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  raise(signal_number);
}

void Wait(const sigset_t& signals, client::Cancellation& cancellation, FileWriter& files) {
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number != kStopSignal) {
    if (signal_number != SIGINT || cancellation.cancelled()) EndProgram(signal_number, files);
    cancellation.Cancel();
  }
}

}  // namespace

InterruptHandler::InterruptHandler(client::Cancellation* cancellation, FileWriter* files) {
  sigemptyset(&signals_);
  for (const int signal_number : kSignals) {
    if (!IsIgnored(signal_number)) sigaddset(&signals_, signal_number);
  }
  sigaddset(&signals_, kStopSignal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread(
      [signals = signals_, cancellation, files] { Wait(signals, *cancellation, *files); });
}

InterruptHandler::~InterruptHandler() {
  pthread_kill(thread_.native_handle(), kStopSignal);
  thread_.join();
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace pipesched::cli
