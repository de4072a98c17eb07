#ifndef PIPESCHED_CLIENTS_CLI_INTERRUPT_H_
#define PIPESCHED_CLIENTS_CLI_INTERRUPT_H_

#include <signal.h>

#include <thread>

#include "clients/cli/file_writer.h"
#include "pipesched/client/cancellation.h"

namespace pipesched::cli {

// While it lives, the first Ctrl-C (SIGINT) cancels the running call, and the
// second one ends the program with 130 at once. SIGTERM and SIGHUP end it at once,
// as they do without this. No part of a file is left. Make it before any other
// thread starts, so that all of them have the signals blocked. A signal that the
// program was started to ignore stays ignored.
class InterruptHandler {
 public:
  InterruptHandler(client::Cancellation* cancellation, FileWriter* files);
  ~InterruptHandler();
  InterruptHandler(const InterruptHandler&) = delete;
  InterruptHandler& operator=(const InterruptHandler&) = delete;

 private:
  sigset_t signals_;
  std::thread thread_;
};

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_INTERRUPT_H_
